#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <exception>
#include <rill/core/awaitable.hpp>
#include <string>

namespace resume {

/// Coroutines of one event loop. When all of them have ended, the loop stops.
///
/// Belongs to the thread that runs the loop, and must live as long as the coroutines.
class coroutine_group
{
public:
    explicit coroutine_group(boost::asio::io_context& context) : context_(context) {}
    coroutine_group(const coroutine_group&) = delete;
    coroutine_group& operator=(const coroutine_group&) = delete;

    /// Starts a coroutine.
    /// @param cancel  cancels the coroutine; must live until the coroutine has ended
    void start(rill::awaitable<> coroutine, boost::asio::cancellation_signal& cancel);

    /// Returns the message of the first exception that ended a coroutine, or an empty text. A cancelled coroutine does
    /// not count as failed.
    const std::string& failure() const noexcept { return failure_; }

private:
    void on_end(std::exception_ptr error);

    boost::asio::io_context& context_;
    std::size_t running_ = 0;
    std::string failure_;
};

} // namespace resume
