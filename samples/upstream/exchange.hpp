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

/// A GET request to another server, with its response. The caller reads the body piece by piece. Uses Boost.Beast,
/// which only the .cpp includes. Belongs to the worker on which it began. The destructor closes the connection.
class exchange
{
public:
    /// Resolves the name of the server, connects, sends the request and reads the head of the response.
    ///
    /// Completion: with the exchange, or with a problem. The problem is 504 if connecting and waiting for the head
    /// takes longer than `deadline`. It is 404 if the server answers 404. It is 502 if the server is not reachable,
    /// closes the connection early, or answers with any other status than 200. Cancellation: if a name lookup is
    /// running, waits until it has ended. Then throws operation_aborted.
    static rill::awaitable<tl::expected<std::unique_ptr<exchange>, rill::problem>> begin(address where, inquiry what);

    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange();

    std::string_view content_type() const;

    /// Waits for the next piece of the body and returns it. A piece has any size. At the end of the body, returns an
    /// empty text. Throws boost::system::system_error if the server closes the connection early, or sends nothing for
    /// `patience`.
    rill::awaitable<std::string> next(std::chrono::milliseconds patience);

private:
    struct connection;

    explicit exchange(std::unique_ptr<connection> made);

    std::unique_ptr<connection> connection_;
};

/// Returns the response to a failed exchange: 504 for a timeout, 502 for all other errors.
rill::problem problem_of(const rill::error_code& ec);

} // namespace upstream
