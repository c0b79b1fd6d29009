#include "redis/log_state.hpp"

#include <algorithm>
#include <random>

namespace rill::redis::detail {

namespace {

// 120 random bits. Two logs never share the record of their last batch.
std::string random_name()
{
    static constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::random_device source;
    std::string name;
    for (int i = 0; i != 24; ++i) {
        name += digits[source() % digits.size()];
    }
    return name;
}

// All keys of a log have the same hash tag.
std::string prefix_of(const std::string& key)
{
    return (key.find('{') == key.npos ? "{" + key + "}" : key) + ":";
}

} // namespace

log_state::log_state(const backplane_options& options)
    : options_(options), prefix_(prefix_of(options.key)), writer_(random_name())
{
    stats_.connected = false;
}

void log_state::learn(std::uint64_t epoch, std::uint64_t last) noexcept
{
    if (epoch > epoch_) {
        epoch_ = epoch;
        epoch_version_ = primary_.version();
    }
    highest_ = std::max(highest_, last);
    outdated_ = 0;
    const std::lock_guard lock(mutex_);
    newest_ = highest_;
}

void log_state::count_outdated(clock::time_point now) noexcept
{
    if (outdated_++ == 0) {
        first_outdated_ = now;
    }
}

void log_state::report(std::string_view server, std::string_view message)
{
    auto line = std::string("redis ").append(server).append(": ").append(message);
    if (!options_.log || line == last_message_) {
        return;
    }
    last_message_ = line;
    options_.log(log_level::info, line);
}

void log_state::count_connected(bool first)
{
    const std::lock_guard lock(mutex_);
    ++connections_;
    stats_.connected = true;
    if (!first) {
        ++stats_.reconnects;
    }
}

void log_state::count_disconnected()
{
    const std::lock_guard lock(mutex_);
    --connections_;
    stats_.connected = connections_ != 0;
}

void log_state::count_appended(clock::duration latency)
{
    const std::lock_guard lock(mutex_);
    stats_.count_acknowledged(latency);
}

void log_state::count_not_appended(error_code ec)
{
    const std::lock_guard lock(mutex_);
    ++(ec == error::outcome_unknown ? stats_.unknown_outcomes : stats_.append_failures);
}

void log_state::count_read_failure()
{
    const std::lock_guard lock(mutex_);
    ++stats_.read_failures;
}

void log_state::count_gap()
{
    const std::lock_guard lock(mutex_);
    ++stats_.gaps;
}

void log_state::set_position(std::uint64_t number)
{
    const std::lock_guard lock(mutex_);
    position_ = number;
}

pubsub::backplane_stats log_state::stats() const
{
    const std::lock_guard lock(mutex_);
    auto copy = stats_;
    copy.reader_lag = position_ != 0 && newest_ > position_ ? newest_ - position_ : 0;
    return copy;
}

} // namespace rill::redis::detail
