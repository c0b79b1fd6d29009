#pragma once

#include <rill/core/awaitable.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// Returns the response to a request whose handler has failed. It has the fields that middleware sets for every
/// response. Without its CORS fields, a browser would hide the response from the script.
response failure_response(const request& to, const problem& why);

/// Sends the responses of the request phase, except for streams. An object of this class is in the frame of the request
/// coroutine.
class http1_responder
{
public:
    explicit http1_responder(http1_connection_state& connection) noexcept : connection_(connection) {}
    http1_responder(const http1_responder&) = delete;
    http1_responder& operator=(const http1_responder&) = delete;

    /// Replaces the handler's response if it can't be sent. Returns whether the connection must close after the
    /// response.
    bool replace_faulty(response& answer, const request& to) const;

    /// Sends the response. Returns false if it could not be sent completely. Then the connection must not be used
    /// again.
    awaitable<bool> respond(response& answer, const request& to, bool keep_alive);

    /// Sends the response to a request that is refused before a handler runs, and schedules the end of the connection.
    /// @param method the method, if it is known. A response to HEAD has no body.
    awaitable<> refuse(const problem& why, verb method);

private:
    void keep_within_capacity(response& answer, const request& to) const;
    awaitable<bool> send_file(file_body& file);

    http1_connection_state& connection_;
};

} // namespace rill::transport
