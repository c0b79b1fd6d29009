#include "server/worker.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <rill/core/detail/what_of.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <string>
#include <string_view>

#include "core/offload_jobs.hpp"
#include "server/check_timers.hpp"

namespace rill {

namespace {

constexpr int unwinding_turns = 100;

constexpr std::string_view failed_in_background = "background task failed: ";

} // namespace

worker::worker(const handler& app, const server_options& options, const observer& observer, transport::capacity& shared)
    : options_(options), io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      context_(io_, app, options.limits, observer, &shared), mailbox_(mailbox::of(io_)),
      background_(background_tasks::of(io_))
{
    context_.timers.coalescing(options.timer_coalescing);
    deadline_.owner = this;
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<deadline&>(node).owner->on_deadline();
        }
    }};
    deadline_.operations = &timer_kind;
    context_.on_drained = [this] { on_drained(); };
    background_.on_ended = [this] { io_.stop(); };
    background_.on_failed = [this](const std::string& what) {
        context_.log(log_level::error, std::string(failed_in_background) + what);
    };
    background_.on_refused = [this] {
        context_.log(log_level::warning, "background task not started: it came when the worker had ended the others");
    };
    check_timers(io_);
}

// Handlers that did not end in the drain, or had none, are cancelled here: their coroutines must not outlive what they
// use. Those that shield themselves from cancellation are told by the waits themselves.
worker::~worker()
{
    context_.runs_here();
    context_.timers.remove(deadline_);
    close_listeners();
    context_.on_drained = nullptr;
    background_.on_ended = nullptr;
    for (int turn = 0; turn < unwinding_turns && context_.connections() + background_.running() != 0; ++turn) {
        context_.cancel_all();
        background_.cancel();
        detail::offload_jobs::of(io_).finish(); // a function that runs may use what its coroutine has on its stack
        shutdown_signal::of(io_).request();
        context_.timers.abort_all();
        io_.restart();
        try {
            io_.poll();
        } catch (...) {
            log_exception();
        }
    }
    background_.on_failed = nullptr;
    background_.on_refused = nullptr;
}

void worker::start_background(const std::vector<background_task>& tasks)
{
    for (const auto& make : tasks) {
        asio::post(io_, [this, &make] {
            try {
                // False is in the log.
                static_cast<void>(background_.start(make()));
            } catch (...) { // before it was a coroutine
                background_.on_failed(detail::what_of(std::current_exception()));
            }
        });
    }
}

void worker::run()
{
    context_.runs_here();
    while (!io_.stopped()) {
        try {
            io_.run();
        } catch (...) {
            log_exception();
        }
    }
}

// From a completion handler of the user's own, or for want of memory. The loop goes on for all the others.
void worker::log_exception() const noexcept
{
    try {
        context_.log(log_level::error, "exception in the event loop: " + detail::what_of(std::current_exception()));
    } catch (...) { // it could not even be said
        return;
    }
}

void worker::close_listeners()
{
    for (auto& l : listeners_) {
        l.close();
    }
}

void worker::stop()
{
    mailbox_.post([this] { begin_drain(); });
}

void worker::begin_drain()
{
    if (std::exchange(stopping_, true)) {
        if (deadline_.ends == deadline::unready) {
            drain(); // asked a second time
        }
        return;
    }
    monitor::of(io_).leaving = true;
    if (options_.readiness_delay.count() > 0) {
        context_.timers.add(deadline_, context_.timers.now() + options_.readiness_delay);
    } else {
        drain();
    }
}

void worker::drain()
{
    deadline_.ends = deadline::draining;
    context_.timers.remove(deadline_);
    close_listeners();
    context_.timers.add(deadline_, context_.timers.now() + options_.drain_timeout);
    context_.begin_drain(std::min(options_.drain_spread, options_.drain_timeout));
}

// Nobody is left to be served by what runs in the background: its end is the worker's.
void worker::on_drained()
{
    context_.timers.remove(deadline_);
    deadline_.ends = deadline::unwinding;
    context_.timers.add(deadline_, context_.timers.now() + unwind_time);
    background_.cancel();
}

void worker::on_deadline()
{
    if (deadline_.ends == deadline::unready) {
        drain();
        return;
    }
    if (std::exchange(deadline_.ends, deadline::unwinding) == deadline::unwinding) {
        log_remaining();
        io_.stop();
        return;
    }
    context_.timers.add(deadline_, context_.timers.now() + unwind_time);
    context_.cancel_all();
}

void worker::log_remaining() const
{
    if (context_.connections() != 0) {
        context_.log(log_level::error,
                     std::to_string(context_.connections()) + " handlers did not end when they were cancelled");
    } else {
        context_.log(log_level::error,
                     std::to_string(background_.running()) + " background tasks did not end when they were cancelled");
    }
}

} // namespace rill
