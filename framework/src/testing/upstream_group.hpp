#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <string>
#include <vector>

#include "testing/upstream_session.hpp"

namespace rill::testing::detail {

/// The servers that the clients of a session reach in memory: see options::upstreams.
class upstream_group
{
public:
    using duration = upstream_session::duration;

    /// Throws std::invalid_argument if the host is empty or has two servers.
    void add(const std::string& host, std::shared_ptr<upstream_session> server);

    /// From now on, the clients of this event loop connect to the servers in memory. The group must outlive it.
    void use(boost::asio::io_context& io) const;

    // These functions call the functions of all servers that have the same names.

    std::size_t run_turn() const;
    duration until_next() const;
    void advance(duration by) const;
    bool wait_outside(std::chrono::steady_clock::time_point give_up, bool patience_is_over) const;

private:
    struct entry
    {
        std::string host;
        std::shared_ptr<upstream_session> server;
    };

    std::vector<entry> servers_;
};

} // namespace rill::testing::detail
