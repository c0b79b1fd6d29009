#pragma once

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <rill/server/server.hpp>
#include <string>
#include <thread>
#include <vector>

namespace rill_test {

/// A server on a free port of the loopback interface, in its own thread. It runs until stop() or the destructor is
/// called.
class running_server
{
public:
    explicit running_server(rill::handler app, rill::server_options options = {})
        : server_(std::move(app), prepared(std::move(options)))
    {
        const auto listening = server_.listen();
        BOOST_REQUIRE_MESSAGE(listening.has_value(), (listening ? "" : listening.error().message()));
        thread_ = std::thread([this] { server_.run(); });
    }
    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;
    ~running_server() { stop(); }

    void begin_stop() { server_.stop(); }

    /// Stops the server. Returns after the drain.
    void stop()
    {
        server_.stop();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    std::string url() const { return server_.url(); }
    std::uint16_t port() const noexcept { return server_.port(); }
    std::size_t connections() const { return server_.connections(); }

    void end_streams(rill::stream_predicate which, rill::close_reason reason = rill::close_reason::revoked)
    {
        server_.end_streams(std::move(which), reason);
    }

    rill::server_stats stats() const { return server_.stats(); }

    /// Returns the close reasons of all streams that have ended.
    std::vector<rill::close_reason> reasons()
    {
        const std::lock_guard lock(mutex_);
        return reasons_;
    }

    /// Returns all lines of the log.
    std::string debug_log()
    {
        const std::lock_guard lock(mutex_);
        return debug_log_;
    }

    /// Returns all warnings and errors of the log.
    std::string log()
    {
        const std::lock_guard lock(mutex_);
        return log_;
    }

private:
    rill::server_options prepared(rill::server_options options)
    {
        options.host = "127.0.0.1";
        options.port = 0;
        options.observer.log = [this](rill::log_level level, std::string_view text) {
            const std::lock_guard lock(mutex_);
            debug_log_.append(text).append("\n");
            if (level >= rill::log_level::warning) {
                log_.append(text).append("\n");
            }
        };
        options.observer.on_stream_closed = [this](const rill::observer::stream_closed& closed) {
            const std::lock_guard lock(mutex_);
            reasons_.push_back(closed.reason);
        };
        return options;
    }

    std::mutex mutex_;
    std::vector<rill::close_reason> reasons_;
    std::string log_;
    std::string debug_log_;
    rill::server server_;
    std::thread thread_;
};

} // namespace rill_test
