#pragma once

#include <memory>
#include <rill/http/headers.hpp>
#include <string>

#include "client/connection_pool.hpp"
#include "client/exchange.hpp"

namespace rill::client::detail {

/// The state of a response.
struct received
{
    connection_pool& pool;
    connection_pool::owner owner;
    std::string origin;
    std::string url;
    std::string permanent_url;
    unsigned status = 0;
    rill::headers headers{};
    connection_slots::lease slot{};
    std::unique_ptr<exchange> body{}; // nullptr after the end
    bool is_reading = false;

    /// Returns the connection to the pool if the response is complete.
    void finish()
    {
        if (!body->is_done()) {
            return;
        }
        if (body->is_reusable()) {
            pool.put(owner, origin, body->release());
        }
        close();
    }

    /// Closes the connection.
    void close()
    {
        body.reset();
        slot = connection_slots::lease();
    }
};

} // namespace rill::client::detail
