#include "server/serving/worker.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <rill/core/shutdown_signal.hpp>
#include <string>
#include <string_view>

#include "core/exception_message.hpp"
#include "core/offload_jobs.hpp"
#include "server/serving/check_timers.hpp"

namespace rill {

namespace {

constexpr int max_unwinding_turns = 100;

constexpr std::string_view background_failure = "background task failed: ";

} // namespace

worker::worker(const handler& app, const server_options& options, const observer& observer, transport::capacity& shared)
    : options_(options), io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      context_(io_, app, options.limits, observer, &shared), mailbox_(mailbox::of(io_)),
      background_(background_tasks::of(io_))
{
    context_.timers.set_coalescing(options.timer_coalescing);
    deadline_.owner = this;
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<deadline&>(node).owner->on_deadline();
        }
    }};
    deadline_.operations = &timer_kind;
    context_.drain.on_drained = [this] { on_drained(); };
    background_.on_ended = [this] { io_.stop(); };
    background_.on_failed = [this](const std::string& what) {
        context_.log(log_level::error, std::string(background_failure) + what);
    };
    background_.on_rejected = [this] {
        context_.log(log_level::warning, "background task not started: the worker has cancelled its background tasks");
    };
    check_timers(io_);
}

// Cancels the handlers that did not end in the drain, or that had no drain. Their coroutines must not outlive the
// objects that they use. If a coroutine disables cancellation, it ends because the operation that it waits for
// completes with an error.
worker::~worker()
{
    context_.set_own_thread();
    context_.timers.remove(deadline_);
    close_listeners();
    context_.drain.on_drained = nullptr;
    background_.on_ended = nullptr;
    for (int turn = 0; turn < max_unwinding_turns && context_.connections() + background_.running() != 0; ++turn) {
        context_.cancel_all();
        background_.cancel();
        detail::offload_jobs::of(io_).finish(); // a running function may use variables of its coroutine
        shutdown_signal::of(io_).request();
        context_.timers.abort_all();
        io_.restart();
        // The limit is for a coroutine that never waits. It would block the destructor.
        auto handlers = 10'000 + 100 * context_.connections();
        while (handlers != 0 && run_one({})) {
            --handlers;
        }
    }
    background_.on_failed = nullptr;
    background_.on_rejected = nullptr;
}

void worker::start_background(const std::vector<background_task>& tasks)
{
    for (const auto& make : tasks) {
        asio::post(io_, [this, &make] {
            try {
                // If start() returns false, on_rejected() has written a log line.
                static_cast<void>(background_.start(make()));
            } catch (...) { // the function threw before it returned a coroutine
                background_.on_failed(detail::exception_message(std::current_exception()));
            }
        });
    }
}

void worker::run()
{
    context_.set_own_thread();
    while (!io_.stopped()) {
        try {
            io_.run();
        } catch (...) {
            log_exception();
        }
    }
}

bool worker::run_one(std::chrono::milliseconds wait)
{
    try {
        return (wait.count() == 0 ? io_.poll_one() : io_.run_one_for(wait)) != 0;
    } catch (...) {
        log_exception();
        return true;
    }
}

// Handles an exception of a user's completion handler, or a failed allocation. The event loop continues.
void worker::log_exception() const noexcept
{
    try {
        context_.log(log_level::error,
                     "exception in the event loop: " + detail::exception_message(std::current_exception()));
    } catch (...) { // no memory for the log line
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

void worker::end_streams(stream_predicate which, close_reason reason)
{
    mailbox_.post([this, which = std::move(which), reason] { context_.end_streams(which, reason); });
}

void worker::begin_drain()
{
    if (std::exchange(stopping_, true)) {
        if (deadline_.phase == deadline::readiness_delay) {
            drain(); // the second call ends the delay
        }
        return;
    }
    worker_group::of(io_).shutting_down = true;
    if (options_.readiness_delay.count() > 0) {
        context_.timers.add(deadline_, context_.timers.now() + options_.readiness_delay);
    } else {
        drain();
    }
}

void worker::drain()
{
    deadline_.phase = deadline::draining;
    context_.timers.remove(deadline_);
    close_listeners();
    context_.timers.add(deadline_, context_.timers.now() + options_.drain_timeout);
    context_.begin_drain(std::min(options_.drain_spread, options_.drain_timeout));
}

// The last connection has closed. Then the background coroutines end, and then the worker ends.
void worker::on_drained()
{
    context_.timers.remove(deadline_);
    deadline_.phase = deadline::unwinding;
    context_.timers.add(deadline_, context_.timers.now() + unwind_timeout);
    background_.cancel();
}

void worker::on_deadline()
{
    if (deadline_.phase == deadline::readiness_delay) {
        drain();
        return;
    }
    if (std::exchange(deadline_.phase, deadline::unwinding) == deadline::unwinding) {
        log_remaining();
        io_.stop();
        return;
    }
    context_.timers.add(deadline_, context_.timers.now() + unwind_timeout);
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
