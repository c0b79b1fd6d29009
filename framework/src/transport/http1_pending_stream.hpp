#pragma once

#include <rill/http/stream.hpp>
#include <string>

#include "transport/http1_connection.hpp"

namespace rill::transport {

/// What the request phase hands over. Stands around the handler's body only as long as there is something to keep: a
/// connection has one pointer for both.
class http1_connection::pending_stream final : public streaming_body
{
public:
    pending_stream(std::unique_ptr<streaming_body> body, std::string head, std::string input, std::string_view target)
        : body(std::move(body)), head(std::move(head)), input(std::move(input)), target(target)
    {}

    awaitable<> start(response_writer& out) override { return body->start(out); }

    std::unique_ptr<streaming_body> body;
    std::string head;
    std::string input; // that belongs to a next request
    std::string target;
};

} // namespace rill::transport
