#include <rill/server/server.hpp>

#include <atomic>
#include <boost/asio/basic_signal_set.hpp>
#include <csignal>
#include <thread>
#include <unistd.h>
#include <vector>

#include "server/check_limits.hpp"
#include "server/listener.hpp"
#include "server/log.hpp"
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
};

namespace {

observer complete(observer events, log_level level)
{
    if (!events.log) {
        events.log = [level](log_level l, std::string_view text) {
            if (l >= level) {
                log_to_stderr(l, text);
            }
        };
    }
    return events;
}

} // namespace

server::server(handler app, server_options options) : state_(std::make_unique<state>())
{
    state_->app = std::move(app);
    state_->events = complete(options.observer, options.log_level);
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
    const bool shared = s.options.reuse_port || threads > 1;
    if (shared && !s.options.reuse_port && s.port != 0) {
        // With SO_REUSEPORT the kernel would let us in beside another server of the same user: ask without it first.
        const auto probe = open_listening_socket(s.options, s.port, false);
        if (!probe) {
            return tl::unexpected(probe.error());
        }
        ::close(*probe);
    }
    for (unsigned i = 0; i < threads; ++i) {
        const auto socket = open_listening_socket(s.options, s.port, shared);
        if (!socket) {
            s.workers.clear();
            return tl::unexpected(socket.error());
        }
        s.port = local_port(*socket);
        s.workers.push_back(std::make_unique<worker>(s.app, s.options, s.events, s.room));
        s.workers.back()->listen(*socket);
    }
    return {};
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
    for (std::size_t i = 1; i < s.workers.size(); ++i) {
        threads.emplace_back([&worker = *s.workers[i]] { worker.run(); });
    }
    s.workers.front()->run();
    for (auto& thread : threads) {
        thread.join();
    }
    s.log(log_level::info, "stopped");
}

void server::run_until_signalled()
{
    auto& s = *state_;
    asio::basic_signal_set<executor> signals(s.workers.front()->io(), SIGINT, SIGTERM);
    signals.async_wait([this, &s, &signals](error_code ec, int number) {
        if (ec) {
            return;
        }
        s.log(log_level::info, std::string(number == SIGINT ? "SIGINT" : "SIGTERM") + ": draining");
        stop();
        signals.async_wait([&s](error_code again, int second) {
            if (!again) {
                s.log(log_level::warning, "second signal: ending at once");
                ::_exit(128 + second);
            }
        });
    });
    run();
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
    const auto events = complete(options.observer, options.log_level);
    server s(std::move(app), std::move(options));
    if (const auto listening = s.listen(); !listening) {
        events.log(log_level::error, listening.error());
        return 1;
    }
    s.run_until_signalled();
    return 0;
}

} // namespace rill
