#include "redis/link.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <rill/core/as_expected.hpp>
#include <utility>

#include "http/jitter.hpp"

namespace rill::redis::detail {

std::chrono::milliseconds retry_pause::next() noexcept
{
    auto pause = std::max(initial_, milliseconds(1));
    for (unsigned n = 0; n < failures_ && pause < max_; ++n) {
        pause = std::min(pause * 2, max_);
    }
    ++failures_;
    return pause;
}

awaitable<void> link::run()
{
    retry_pause pause(state_.options().initial_backoff, state_.options().max_backoff);
    asio::steady_timer timer(context_);
    for (;;) {
        const failure error = co_await attempt();
        report(error);
        if (was_stable_) {
            pause.reset();
        }
        const auto base = pause.next();
        timer.expires_after(rill::detail::jitter::of_this_thread().next(base, base / 2));
        const auto waited = co_await timer.async_wait(as_expected);
        if (!waited) {
            co_return;
        }
    }
}

awaitable<failure> link::attempt()
{
    was_stable_ = false;
    try {
        session connected(context_, state_);
        auto opened = co_await connected.open();
        server_ = connected.server();
        if (!opened) {
            co_return std::move(opened.error());
        }
        state_.count_connected(!std::exchange(has_connected_, true));
        state_.report(server_, "connected");
        const auto since = std::chrono::steady_clock::now();
        failure error = co_await serve_(connected);
        was_stable_ = std::chrono::steady_clock::now() - since > state_.options().max_backoff;
        state_.count_disconnected();
        co_return error;
    } catch (const std::exception& e) {
        co_return failure(make_error_code(errc::other), e.what());
    }
}

void link::report(const failure& error)
{
    if (error.code == errc::outdated_server) {
        state_.count_outdated(log_state::clock::now());
    }
    state_.report(server_, error.message());
}

} // namespace rill::redis::detail
