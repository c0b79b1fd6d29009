#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <rill/nats/options.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "nats/session.hpp"
#include "nats/stream_guard.hpp"

namespace rill::nats {

/// Keeps one session open, in a thread of its own. Other parts get a session only after the guard has checked the
/// stream. Thread-safe.
class connector
{
public:
    using report_function = stream_guard::report_function;

    connector(const backplane_options& options, stream_guard& guard, report_function report);
    ~connector() { stop(); }
    connector(const connector&) = delete;
    connector& operator=(const connector&) = delete;

    /// @param on_change  runs after a session began or ended, in the thread of the connector
    void start(std::string replies, session::reply_handler on_reply, std::function<void()> on_change);
    /// Closes the session and waits for the thread. Waits at most connect_timeout for each server, if it connects now.
    void stop();

    std::shared_ptr<session> current() const;
    /// Waits for a session. Returns nullptr after stop() or at the deadline.
    std::shared_ptr<session> wait(std::chrono::steady_clock::time_point deadline) const;
    /// Waits for a time, or until stop(). Returns false after stop().
    bool pause(std::chrono::milliseconds time) const;
    bool is_stopping() const;
    std::uint64_t reconnects() const;

private:
    void run();
    std::shared_ptr<session> open();
    void serve(const std::shared_ptr<session>& opened);
    bool back_off();
    void report_failure(const std::string& text);
    void set_current(std::shared_ptr<session> s);

    const backplane_options& options_;
    stream_guard& guard_;
    report_function report_;
    std::string replies_;
    session::reply_handler on_reply_;
    std::function<void()> on_change_;
    std::vector<std::string> servers_; ///< of the thread
    std::string last_failure_;         ///< of the thread
    unsigned failures_ = 0;            ///< of the thread

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::shared_ptr<session> opening_;
    std::shared_ptr<session> current_;
    std::uint64_t sessions_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace rill::nats
