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

/// What to ask another server for.
struct inquiry
{
    std::string target;        ///< path and query
    std::string last_event_id; ///< sent as Last-Event-ID unless empty
    std::chrono::milliseconds deadline;
};

/// A GET request to another server and its answer, whose body is read piece by piece. By Boost.Beast, which only the
/// .cpp includes. Belongs to the worker on which it began; its destructor closes the connection.
class exchange
{
public:
    /// Looks up the server's name, connects, sends the request and reads the head of the answer.
    ///
    /// Completion: with the exchange; with 504 if connecting and waiting for the head takes longer than `deadline`;
    /// with 502 if the server can't be reached, if it breaks off, or if its status is not 200. 404 is passed on.
    /// Cancellation of the caller ends it with operation_aborted, which is thrown; a look-up of the name that runs is
    /// waited for.
    static rill::awaitable<tl::expected<std::unique_ptr<exchange>, rill::problem>> begin(address where, inquiry what);

    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange();

    std::string_view content_type() const;

    /// Waits for the next piece of the body, of any size; empty at the end of the body. Throws
    /// boost::system::system_error when the server breaks off, or sends nothing for `patience`.
    rill::awaitable<std::string> next(std::chrono::milliseconds patience);

private:
    struct connection;

    explicit exchange(std::unique_ptr<connection> made);

    std::unique_ptr<connection> connection_;
};

/// How a failed exchange is answered: 504 for a timeout, 502 for everything else.
rill::problem problem_of(const rill::error_code& ec);

} // namespace upstream
