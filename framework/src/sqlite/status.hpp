#pragma once

#include <chrono>
#include <mutex>
#include <rill/core/error.hpp>
#include <rill/pubsub/backplane_stats.hpp>
#include <rill/sqlite/options.hpp>
#include <string>

namespace rill::sqlite::detail {

/// The counters of a log, and its messages. Logs a failure when it begins, when its cause changes, and when it ends.
/// Thread-safe.
class status
{
public:
    status(std::string file, std::function<void(log_level, std::string_view)> log);

    enum class work : unsigned char
    {
        append,
        read,
    };
    /// @param what  the text of an exception, or empty
    void failed(work w, error_code code, std::string_view what = {});
    void works(work w);

    /// Changes the counters while the mutex is locked.
    template <class F>
    void count(F change)
    {
        const std::lock_guard lock(mutex_);
        change(stats_);
    }
    void acknowledged(std::chrono::steady_clock::duration latency);
    void gap(std::string_view why);
    pubsub::backplane_stats get() const;

private:
    void write(log_level level, const std::string& message) const;

    const std::string file_;
    const std::function<void(log_level, std::string_view)> log_;
    mutable std::mutex mutex_;
    pubsub::backplane_stats stats_;
    error_code failures_[2]; ///< the present failure of each kind of work
};

} // namespace rill::sqlite::detail
