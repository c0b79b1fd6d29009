#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <rill/core/failure.hpp>
#include <rill/pubsub/backplane_stats.hpp>
#include <rill/redis/options.hpp>
#include <string>
#include <string_view>

#include "redis/known_primary.hpp"

namespace rill::redis::detail {

/// The knowledge and the counters that the parts of a log share. Only the thread of the log calls its functions, except
/// stats() and the count_ functions.
class log_state
{
public:
    using clock = std::chrono::steady_clock;

    explicit log_state(const backplane_options& options);

    const backplane_options& options() const noexcept { return options_; }

    /// The newest epoch that any server has reported. 0: none yet.
    std::uint64_t epoch() const noexcept { return epoch_; }
    /// The highest number that any server has reported. A server whose last number is lower has lost events.
    std::uint64_t highest() const noexcept { return highest_; }
    void learn(std::uint64_t epoch, std::uint64_t last) noexcept;

    /// Whether all servers have reported an older epoch for so long that nobody has the newer one. With sentinels, a
    /// primary that was replaced reports an older epoch until they demote it, about 10 s later.
    bool was_outdated_for_long(clock::time_point now) const noexcept
    {
        const auto time = options_.sentinel.addresses.empty() ? clock::duration::zero() : max_outdated_time;
        return outdated_ >= max_outdated && now - first_outdated_ >= time;
    }
    /// Whether the primary may have an older epoch. If the sentinels have named it after the node has learned the newer
    /// epoch, that epoch is lost.
    bool accepts_older_epoch(clock::time_point now) const noexcept
    {
        return primary_.version() > epoch_version_ || was_outdated_for_long(now);
    }
    void count_outdated(clock::time_point now) noexcept;

    known_primary& primary() noexcept { return primary_; }
    const known_primary& primary() const noexcept { return primary_; }

    /// The names of the keys on the server.
    std::string state_key() const { return prefix_ + "state"; }
    std::string ages_key() const { return prefix_ + "ages"; }
    std::string writer_key() const { return prefix_ + "writer:" + writer_; }
    std::string idempotency_prefix() const { return prefix_ + "key:"; }

    /// Passes a message to the log function, unless it equals the previous message.
    void report(std::string_view server, std::string_view message);

    void count_connected(bool first);
    void count_disconnected();
    void count_appended(clock::duration latency);
    void count_not_appended(error_code ec);
    void count_read_failure();
    void count_gap();
    void set_position(std::uint64_t number);
    pubsub::backplane_stats stats() const;

private:
    static constexpr unsigned max_outdated = 5;
    static constexpr clock::duration max_outdated_time = std::chrono::seconds(15);

    backplane_options options_;
    std::string prefix_;
    std::string writer_;
    std::uint64_t epoch_ = 0;
    std::uint64_t highest_ = 0;
    std::uint64_t epoch_version_ = 0; ///< of the configuration of the sentinels when the epoch was learned
    unsigned outdated_ = 0;
    clock::time_point first_outdated_{};
    known_primary primary_;
    std::string last_message_;
    mutable std::mutex mutex_;
    pubsub::backplane_stats stats_;
    unsigned connections_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t newest_ = 0; ///< a copy of highest_ for stats()
};

} // namespace rill::redis::detail
