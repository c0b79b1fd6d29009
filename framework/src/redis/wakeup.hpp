#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/awaitable.hpp>

namespace rill::redis::detail {

/// Wakes one waiting coroutine. All functions run on the thread of the io_context.
class wakeup
{
public:
    explicit wakeup(asio::io_context& context) : timer_(context, asio::steady_timer::time_point::max()) {}

    void notify() noexcept
    {
        notified_ = true;
        timer_.cancel();
    }

    /// Completes after a notify() since the last wait().
    awaitable<void> wait()
    {
        if (!notified_) {
            const auto ignored = co_await timer_.async_wait(as_expected);
            static_cast<void>(ignored);
        }
        notified_ = false;
    }

private:
    asio::steady_timer timer_;
    bool notified_ = false;
};

} // namespace rill::redis::detail
