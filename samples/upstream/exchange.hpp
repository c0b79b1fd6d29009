#pragma once

#include <chrono>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/http/problem.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "upstream/address.hpp"

namespace upstream {

/// A request to another server.
struct inquiry
{
    std::string target;        ///< path and query
    std::string last_event_id; ///< sent as Last-Event-ID unless empty
    std::chrono::milliseconds deadline;
};

/// A GET request to another server and its response, whose body is read piece by piece. Uses Boost.Beast, which only
/// the .cpp includes. Belongs to the worker on which it began. Its destructor closes the connection.
class exchange
{
public:
    /// Resolves the name of the server, connects, sends the request and reads the head of the response.
    ///
    /// Completion: with the exchange. With 504 if connecting and waiting for the head takes longer than `deadline`.
    /// With 502 if the server is not reachable, closes the connection early, or has a status other than 200. 404 is
    /// passed on. Cancellation: throws operation_aborted, after a running name lookup has ended.
    static rill::awaitable<tl::expected<std::unique_ptr<exchange>, rill::problem>> begin(address where, inquiry what);

    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange();

    std::string_view content_type() const;

    /// Waits for the next piece of the body, of any size; empty at the end of the body. Throws
    /// boost::system::system_error if the server closes the connection early, or sends nothing for `patience`.
    rill::awaitable<std::string> next(std::chrono::milliseconds patience);

private:
    struct connection;

    explicit exchange(std::unique_ptr<connection> made);

    std::unique_ptr<connection> connection_;
};

/// The response to a failed exchange: 504 for a timeout, 502 for all other errors.
rill::problem problem_of(const rill::error_code& ec);

} // namespace upstream
