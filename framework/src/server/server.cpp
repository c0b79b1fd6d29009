#include <rill/server/server.hpp>

#include <boost/asio/basic_signal_set.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <rill/server/service_manager.hpp>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include "server/check_limits.hpp"
#include "server/listener.hpp"
#include "server/log.hpp"
#include "server/monitor.hpp"
#include "server/stop_deadline.hpp"
#include "server/watchdog.hpp"
#include "server/worker.hpp"

namespace rill {

struct server::state
{
    handler app;
    server_options options;
    observer events;
    transport::capacity room{options.capacity};
    std::vector<std::unique_ptr<worker>> workers;
    std::uint16_t port = 0;

    void log(log_level level, const std::string& text) const { events.log(level, text); }
    worker& add_worker() { return *workers.emplace_back(std::make_unique<worker>(app, options, events, room)); }
    tl::expected<void, std::string> listen(unsigned threads);
    tl::expected<void, std::string> take_over(unsigned threads);
    std::chrono::milliseconds longest_stop() const;
    prepared_line last_words() const;
};

namespace {

void introduce(const std::vector<std::unique_ptr<worker>>& workers)
{
    auto group = std::make_shared<monitor::group>();
    for (const auto& w : workers) {
        group->push_back(w->as_member());
    }
    for (const auto& w : workers) {
        monitor::of(w->io()).workers = group;
    }
}

// As introduce(), of those that run already: who has no thread answers nobody.
void introduce_again(monitor::group running)
{
    const auto group = std::make_shared<const monitor::group>(std::move(running));
    for (const auto& member : *group) {
        member.mail.post([group, &io = member.context->io] { monitor::of(io).workers = group; });
    }
}

} // namespace

// Each worker has at least one of the sockets, and each socket at least one worker.
tl::expected<void, std::string> server::state::take_over(unsigned threads)
{
    const auto& sockets = options.sockets;
    port = local_port(sockets.front());
    if (port == 0) {
        return tl::unexpected(std::string("can't tell the port of a listening socket"));
    }
    options.host = local_address(sockets.front());
    for (unsigned i = 0; i < threads; ++i) {
        add_worker();
    }
    const auto count = std::max<std::size_t>(threads, sockets.size());
    for (std::size_t i = 0; i < count; ++i) {
        const int socket = i < sockets.size() ? sockets[i] : ::fcntl(sockets[i % sockets.size()], F_DUPFD_CLOEXEC, 0);
        if (socket < 0) {
            return tl::unexpected("can't share a socket between workers: " +
                                  error_code(errno, boost::system::system_category()).message());
        }
        workers[i % threads]->listen(socket);
    }
    introduce(workers);
    return {};
}

server::server(handler app, server_options options) : state_(std::make_unique<state>())
{
    state_->app = std::move(app);
    state_->events = options.observer;
    state_->events.log = complete_log(options);
    state_->port = options.port;
    state_->options = std::move(options);
}

server::~server() = default;

tl::expected<void, std::string> server::listen()
{
    auto& s = *state_;
    if (const auto wrong = check_limits(s.options)) {
        return tl::unexpected(*wrong);
    }
    const auto threads = std::max(1U, s.options.threads);
    tl::expected<void, std::string> listening;
    try {
        listening = s.options.sockets.empty() ? s.listen(threads) : s.take_over(threads);
    } catch (const std::exception& e) { // of a worker that can't have its descriptors or memory
        listening = tl::unexpected(std::string("can't set up a worker: ") + e.what());
    }
    if (!listening) {
        s.workers.clear();
    }
    return listening;
}

tl::expected<void, std::string> server::state::listen(unsigned threads)
{
    const bool shared = options.reuse_port || threads > 1;
    if (shared && !options.reuse_port && port != 0) {
        // With SO_REUSEPORT the kernel would let us in beside another server of the same user: ask without it first.
        const auto probe = open_listening_socket(options, port, false);
        if (!probe) {
            return tl::unexpected(probe.error());
        }
        ::close(*probe);
    }
    for (unsigned i = 0; i < threads; ++i) {
        auto& added = add_worker();
        const auto socket = open_listening_socket(options, port, shared);
        if (!socket) {
            return tl::unexpected(socket.error());
        }
        added.listen(*socket);
        port = local_port(*socket);
        if (port == 0) {
            return tl::unexpected(std::string("can't tell the port of a listening socket"));
        }
    }
    introduce(workers);
    return {};
}

// When a worker that hears anything at all has ended.
std::chrono::milliseconds server::state::longest_stop() const
{
    return options.unready_time + options.drain_timeout + worker::unwind_time + std::chrono::seconds(1);
}

prepared_line server::state::last_words() const
{
    if (options.log_level > log_level::error) {
        return {};
    }
    return {options.log_format, log_level::error, "the event loop has not ended in time: the process ends without it"};
}

std::uint16_t server::port() const noexcept
{
    return state_->port;
}

std::string server::url() const
{
    return make_url(state_->options.host, state_->port);
}

void server::run()
{
    auto& s = *state_;
    s.log(log_level::info, "listening on " + url() + ", workers: " + std::to_string(s.workers.size()));
    if (s.options.on_listening) {
        s.options.on_listening(url());
    }
    std::vector<std::thread> threads;
    monitor::group running{s.workers.front()->as_member()};
    for (std::size_t i = 1; i < s.workers.size(); ++i) {
        try {
            threads.emplace_back([&worker = *s.workers[i]] { worker.run(); });
            running.push_back(s.workers[i]->as_member());
        } catch (const std::system_error& e) { // the others serve all the same
            s.workers[i]->close_listeners();
            s.log(log_level::error, std::string("can't start a worker's thread: ") + e.what());
        }
    }
    if (running.size() != s.workers.size()) {
        introduce_again(std::move(running));
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
        : heard(s.workers.front()->io(), SIGINT, SIGTERM), deadline(s.longest_stop(), s.last_words())
    {}

    asio::basic_signal_set<asio::io_context::executor_type> heard;
    stop_deadline deadline; // behind Asio's handlers
};

tl::expected<void, std::string> server::run_until_signalled()
{
    auto& s = *state_;
    std::optional<signals> set;
    try {
        set.emplace(s);
        stop_at_signal(*set);
    } catch (const std::exception& e) {
        return tl::unexpected(std::string("can't listen for signals: ") + e.what());
    }
    // Who hears this may send a signal at once.
    notify_manager("READY=1\nSTATUS=listening on " + url());
    std::optional<watchdog> watched;
    if (const auto period = watchdog_period()) {
        watched.emplace(s.workers.front()->io(), *period);
    }
    run();
    return {};
}

void server::stop_at_signal(signals& set)
{
    set.heard.async_wait([this, &set](error_code ec, int number) {
        if (ec) {
            return;
        }
        notify_manager("STOPPING=1");
        state_->log(log_level::info, std::string(number == SIGINT ? "SIGINT" : "SIGTERM") + ": draining");
        stop();
        set.heard.async_wait([this](error_code again, int second) {
            if (!again) {
                state_->log(log_level::warning, "second signal: ending at once");
                ::_exit(128 + second);
            }
        });
    });
}

void server::stop()
{
    for (const auto& worker : state_->workers) {
        worker->stop();
    }
}

std::size_t server::connections() const noexcept
{
    std::size_t sum = 0;
    for (const auto& worker : state_->workers) {
        sum += worker->connections();
    }
    return sum;
}

server_load server::load() const noexcept
{
    const auto& r = state_->room;
    const auto of = [](const transport::capacity::counter& c) { return c.load(std::memory_order_relaxed); };
    return {.connections = of(r.connections),
            .streams = of(r.streams),
            .queued_bytes = of(r.queued_bytes),
            .refused_connections = of(r.refused_connections),
            .refused_streams = of(r.refused_streams),
            .overflows = of(r.overflows),
            .accept_pauses = of(r.accept_pauses),
            .accept_failures = of(r.accept_failures)};
}

int serve(handler app, server_options options)
{
    const auto log = complete_log(options);
    if (options.sockets.empty()) {
        auto passed = passed_sockets();
        if (!passed) {
            log(log_level::error, passed.error());
            return 1;
        }
        options.sockets = std::move(*passed);
    }
    server s(std::move(app), std::move(options));
    if (const auto listening = s.listen(); !listening) {
        log(log_level::error, listening.error());
        return 1;
    }
    if (const auto ran = s.run_until_signalled(); !ran) {
        log(log_level::error, ran.error());
        return 1;
    }
    return 0;
}

} // namespace rill
