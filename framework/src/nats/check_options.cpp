#include "nats/check_options.hpp"

#include <stdexcept>
#include <string>

#include "nats/subject.hpp"

namespace rill::nats {

namespace {

using std::chrono::milliseconds;

[[noreturn]] void reject(const std::string& option, const std::string& value, const std::string& allowed)
{
    throw std::invalid_argument("nats::backplane_options::" + option + " is " + value + ", but must be " + allowed);
}

void check_time(const char* option, milliseconds value, milliseconds min)
{
    constexpr milliseconds max = std::chrono::hours(24);
    if (value < min || value > max) {
        reject(option, std::to_string(value.count()) + " ms",
               "from " + std::to_string(min.count()) + " ms to 24 hours");
    }
}

void check_count(const char* option, std::size_t value, std::size_t max)
{
    if (value == 0 || value > max) {
        reject(option, std::to_string(value), "from 1 to " + std::to_string(max));
    }
}

void check_names(const backplane_options& options)
{
    constexpr std::size_t max_name = 256;
    const auto& stream = options.stream;
    if (!is_subject_prefix(stream) || stream.find('.') != stream.npos || stream.size() > max_name) {
        reject("stream", '"' + stream + '"', "1 to 256 letters, digits, '_' and '-'");
    }
    if (!options.subject_prefix.empty() && !is_subject_prefix(options.subject_prefix)) {
        reject("subject_prefix", '"' + options.subject_prefix + '"',
               "letters, digits, '_' and '-', with '.' between its tokens");
    }
    if (options.servers.empty()) {
        reject("servers", "empty", "at least one URL");
    }
    const int ways = (options.username.empty() ? 0 : 1) + (options.token.empty() ? 0 : 1) +
                     (options.credentials_file.empty() ? 0 : 1);
    if (ways > 1) {
        reject("username", "combined with a token or a file", "the only way to authenticate");
    }
}

} // namespace

void check_options(const backplane_options& options)
{
    check_names(options);
    if (options.replicas != 1 && options.replicas != 3 && options.replicas != 5) {
        reject("replicas", std::to_string(options.replicas), "1, 3 or 5");
    }
    check_time("connect_timeout", options.connect_timeout, milliseconds(1));
    check_time("request_timeout", options.request_timeout, milliseconds(1));
    check_time("append_grace", options.append_grace, milliseconds(1));
    check_time("read_timeout", options.read_timeout, milliseconds(1));
    check_time("heartbeat", options.heartbeat, milliseconds(100));
    check_time("catch_up_time", options.catch_up_time, milliseconds(0));
    check_time("initial_backoff", options.initial_backoff, milliseconds(1));
    check_time("max_backoff", options.max_backoff, options.initial_backoff);
    check_time("duplicate_window", options.duplicate_window, options.append_grace * 2);
    if (options.retention.max_age.count() != 0 && options.retention.max_age < options.append_grace * 2) {
        reject("retention.max_age", std::to_string(options.retention.max_age.count()) + " ms",
               "0 or at least twice append_grace");
    }
    check_count("read_threads", options.read_threads, 64);
    check_count("max_pending_events", options.max_pending_events, 10'000'000);
    check_count("max_pending_bytes", options.max_pending_bytes, std::size_t(1) << 40U);
}

} // namespace rill::nats
