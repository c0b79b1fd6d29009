#pragma once

#include <string>

#include "transport/http1_connection.hpp"

namespace rill::transport {

/// What the request phase hands over: used up when the stream begins, but for input that belongs to a next request.
struct http1_connection::pending_stream
{
    std::string head;
    std::string input;
    std::string target;
};

} // namespace rill::transport
