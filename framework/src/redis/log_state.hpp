#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <rill/core/failure.hpp>
#include <rill/pubsub/backplane_stats.hpp>
#include <rill/redis/options.hpp>
#include <string>
#include <string_view>

namespace rill::redis::detail {

/// The knowledge and the counters that the parts of a log share. Only the thread of the log calls its functions, except
/// stats() and the count_ functions.
class log_state
{
public:
    explicit log_state(const backplane_options& options);

    const backplane_options& options() const noexcept { return options_; }

    /// The newest epoch that any server has reported. 0: none yet.
    std::uint64_t epoch() const noexcept { return epoch_; }
    /// The highest number that any server has reported. A server whose last number is lower has lost events.
    std::uint64_t highest() const noexcept { return highest_; }
    void learn(std::uint64_t epoch, std::uint64_t last) noexcept;

    /// Whether to accept a server with an older epoch. A primary that was replaced reports an older epoch until it
    /// notices the failover. If all servers report an older epoch several times, nobody has the newer one.
    bool accepts_older_epoch() const noexcept { return outdated_ >= max_outdated; }
    void count_outdated() noexcept { ++outdated_; }

    /// The names of the keys on the server.
    std::string state_key() const { return prefix_ + "state"; }
    std::string ages_key() const { return prefix_ + "ages"; }
    std::string writer_key() const { return prefix_ + "writer:" + writer_; }
    std::string idempotency_prefix() const { return prefix_ + "key:"; }

    /// Passes a message to the log function, unless it equals the previous message.
    void report(std::string_view server, std::string_view message);

    void count_connected(bool first);
    void count_disconnected();
    void count_appended(std::chrono::steady_clock::duration latency);
    void count_not_appended(error_code ec);
    void count_read_failure();
    void count_gap();
    void set_position(std::uint64_t number);
    pubsub::backplane_stats stats() const;

private:
    static constexpr unsigned max_outdated = 5;

    backplane_options options_;
    std::string prefix_;
    std::string writer_;
    std::uint64_t epoch_ = 0;
    std::uint64_t highest_ = 0;
    unsigned outdated_ = 0;
    std::string last_message_;
    mutable std::mutex mutex_;
    pubsub::backplane_stats stats_;
    unsigned connections_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t newest_ = 0; ///< a copy of highest_ for stats()
};

} // namespace rill::redis::detail
