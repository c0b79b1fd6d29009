#include <rill/server/server.hpp>

#include <algorithm>
#include <boost/asio/basic_signal_set.hpp>
#include <csignal>
#include <exception>
#include <mutex>
#include <optional>
#include <rill/server/service_manager.hpp>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "server/operations/server_log.hpp"
#include "server/process/shutdown_deadline.hpp"
#include "server/process/sigpipe_handler.hpp"
#include "server/process/system_failure.hpp"
#include "server/process/watchdog.hpp"
#include "server/serving/check_server_options.hpp"
#include "server/serving/end_streams.hpp"
#include "server/serving/listening_workers.hpp"
#include "server/serving/read_stats.hpp"
#include "server/serving/worker.hpp"

namespace rill {

struct server::state
{
    enum class phase : unsigned char
    {
        initial, ///< also after listen() has failed, if it may be called again
        listening,
        started, ///< it runs or has run, or its given sockets are closed
    };

    handler app;
    server_options options;
    observer events;
    transport::capacity room{options.capacity};
    phase now = phase::initial;
    std::uint16_t port = 0;
    /// Protects `stops`, and `workers` while it changes. Other threads may call stop() and connections() at any time.
    mutable std::mutex mutex;
    unsigned stops = 0; ///< number of calls of stop(), at most two
    worker_list workers;

    void log(log_level level, const std::string& text) const { events.log(level, text); }
    void expect_listening(const char* caller) const;
    std::chrono::milliseconds max_shutdown_time() const;
    prepared_line timeout_message() const;
};

server::server(handler app, server_options options) : state_(std::make_unique<state>())
{
    if (!app) {
        throw std::invalid_argument("server: the handler is empty");
    }
    check_options(options);
    state_->app = std::move(app);
    state_->events = options.observer;
    state_->events.log = complete_log(options);
    state_->port = options.port;
    state_->options = std::move(options);
}

// A handler that unwinds with its worker may still call connections(). Therefore the workers are destroyed after the
// mutex is unlocked.
server::~server()
{
    worker_list ended;
    const std::lock_guard lock(state_->mutex);
    ended.swap(state_->workers);
}

tl::expected<void, failure> server::listen()
{
    auto& s = *state_;
    if (s.now != state::phase::initial) {
        throw std::logic_error(s.now == state::phase::listening ? "server::listen(): the server listens already"
                                                                : "server::listen(): a server runs once");
    }
    const bool may_listen_again = s.options.sockets.empty();
    auto made = make_listening_workers(s.options,
                                       [&s] { return std::make_unique<worker>(s.app, s.options, s.events, s.room); });
    if (!made) {
        s.now = may_listen_again ? state::phase::initial : state::phase::started;
        return tl::unexpected(std::move(made.error()));
    }
    s.options.host = std::move(made->address.host);
    s.port = made->address.port;
    const std::lock_guard lock(s.mutex);
    for (unsigned i = 0; i < s.stops; ++i) {
        for (const auto& w : made->workers) {
            w->stop();
        }
    }
    s.workers = std::move(made->workers);
    s.now = state::phase::listening;
    return {};
}

// After this time, all workers whose event loops run have ended.
std::chrono::milliseconds server::state::max_shutdown_time() const
{
    return options.readiness_delay + options.drain_timeout + worker::unwind_timeout + std::chrono::seconds(1);
}

prepared_line server::state::timeout_message() const
{
    if (options.log_level > log_level::error) {
        return {};
    }
    return {options.log_format, log_level::error, "the event loop did not stop in time: ending the process"};
}

std::uint16_t server::port() const noexcept
{
    return state_->port;
}

std::string server::url() const
{
    return make_url(state_->options.host, state_->port);
}

void server::state::expect_listening(const char* caller) const
{
    if (now != phase::listening) {
        throw std::logic_error(std::string(caller) +
                               (now == phase::started ? ": a server runs once" : ": listen() has to succeed before"));
    }
}

void server::run()
{
    state_->expect_listening("server::run()");
    serve_until_stopped();
}

void server::serve_until_stopped()
{
    auto& s = *state_;
    s.now = state::phase::started;
    // An application with on_listening shows the URL itself. Then the log has the URL only at level debug.
    s.log(s.options.on_listening ? log_level::debug : log_level::info,
          "listening on " + url() + ", workers: " + std::to_string(s.workers.size()));
    if (s.options.on_listening) {
        s.options.on_listening(url());
    }
    std::vector<std::thread> threads;
    threads.reserve(s.workers.size()); // allocates now, because an exception while threads run would end the process
    worker_group::members running;
    running.reserve(s.workers.size());
    running.push_back(s.workers.front()->as_member());
    for (std::size_t i = 1; i < s.workers.size(); ++i) {
        try {
            threads.emplace_back([&worker = *s.workers[i]] { worker.run(); });
            running.push_back(s.workers[i]->as_member());
        } catch (const std::system_error& e) { // the other workers still serve
            s.workers[i]->close_listeners();
            s.log(log_level::error, std::string("cannot start the thread of a worker: ") + e.what());
        }
    }
    if (running.size() != s.workers.size()) {
        announce_running(std::move(running));
    }
    s.workers.front()->start_background(s.options.background);
    s.workers.front()->run();
    for (auto& thread : threads) {
        thread.join();
    }
    s.log(log_level::info, "stopped");
}

struct server::signals
{
    explicit signals(const state& s)
        : set(s.workers.front()->io(), SIGINT, SIGTERM), deadline(s.max_shutdown_time(), s.timeout_message())
    {}

    asio::basic_signal_set<asio::io_context::executor_type> set;
    shutdown_deadline deadline; // declared after the set, because it calls the signal handlers of Asio
};

tl::expected<void, failure> server::run_until_signalled()
{
    auto& s = *state_;
    s.expect_listening("server::run_until_signalled()");
    install_sigpipe_handler();
    std::optional<signals> stop_signals;
    try {
        stop_signals.emplace(s);
        stop_at_signal(*stop_signals);
    } catch (...) {
        return tl::unexpected(failure_from(std::current_exception(), "listen for signals"));
    }
    // The signal handlers are installed before READY=1 is sent, because the service manager may send a signal at once.
    sd_notify("READY=1\nSTATUS=listening on " + url());
    std::optional<watchdog> watched;
    if (const auto period = watchdog_period()) {
        watched.emplace(s.workers.front()->io(), *period);
    }
    serve_until_stopped();
    return {};
}

void server::stop_at_signal(signals& signals)
{
    signals.set.async_wait([this, &signals](error_code ec, int number) {
        if (ec) {
            return;
        }
        sd_notify("STOPPING=1");
        state_->log(log_level::info, std::string(number == SIGINT ? "SIGINT" : "SIGTERM") + ": draining");
        stop();
        signals.set.async_wait([this](error_code again, int second) {
            if (!again) {
                state_->log(log_level::warning, "second signal: ending the process");
                ::_exit(128 + second);
            }
        });
    });
}

void server::stop()
{
    const std::lock_guard lock(state_->mutex);
    state_->stops = std::min(state_->stops + 1, 2U);
    for (const auto& worker : state_->workers) {
        worker->stop();
    }
}

void server::end_streams(stream_predicate which, close_reason reason)
{
    check_end_reason(reason);
    const std::lock_guard lock(state_->mutex);
    for (const auto& worker : state_->workers) {
        worker->end_streams(which, reason);
    }
}

std::size_t server::connections() const noexcept
{
    const std::lock_guard lock(state_->mutex);
    std::size_t sum = 0;
    for (const auto& worker : state_->workers) {
        sum += worker->connections();
    }
    return sum;
}

server_stats server::stats() const noexcept
{
    return read_stats(state_->room);
}

} // namespace rill
