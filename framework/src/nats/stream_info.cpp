#include "nats/stream_info.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <initializer_list>

namespace rill::nats {

namespace {

const boost::json::object& object_field(const boost::json::object& object, std::string_view name)
{
    static const boost::json::object none;
    const auto* field = object.if_contains(name);
    return field != nullptr && field->is_object() ? field->get_object() : none;
}

std::string text_field(const boost::json::object& object, std::string_view name)
{
    const auto* field = object.if_contains(name);
    return field != nullptr && field->is_string() ? std::string(field->get_string()) : std::string();
}

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

// In the configuration of a stream, -1 means no limit.
std::int64_t limit(std::uint64_t value) noexcept
{
    return value == 0 ? -1 : static_cast<std::int64_t>(value);
}

} // namespace

std::uint64_t number_field(const boost::json::object& object, std::string_view name, std::uint64_t missing)
{
    const auto* field = object.if_contains(name);
    if (field != nullptr && field->is_uint64()) {
        return field->get_uint64();
    }
    return field != nullptr && field->is_int64() ? static_cast<std::uint64_t>(field->get_int64()) : missing;
}

std::int64_t parse_time(std::string_view text) noexcept
{
    std::array<char, 64> copy{};
    text.copy(copy.data(), std::min(text.size(), copy.size() - 1));
    std::tm date{};
    int used = 0;
    if (std::sscanf(copy.data(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &date.tm_year, &date.tm_mon, &date.tm_mday, // NOLINT
                    &date.tm_hour, &date.tm_min, &date.tm_sec, &used) != 6)
    {
        return 0;
    }
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    std::int64_t fraction = 0;
    text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(used)));
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        for (std::int64_t unit = nanoseconds_per_second / 10; !text.empty() && text[0] >= '0' && text[0] <= '9';
             unit /= 10)
        {
            fraction += unit * (text[0] - '0');
            text.remove_prefix(1);
        }
    }
    const auto seconds = static_cast<std::int64_t>(::timegm(&date));
    return text != "Z" || seconds <= 0 ? 0 : seconds * nanoseconds_per_second + fraction;
}

stream_info read_stream_info(const boost::json::object& response)
{
    const auto& config = object_field(response, "config");
    const auto& state = object_field(response, "state");
    stream_info info{.created = static_cast<std::uint64_t>(parse_time(text_field(response, "created")) / 1000),
                     .first = number_field(state, "first_seq"),
                     .last = number_field(state, "last_seq"),
                     .last_time = parse_time(text_field(state, "last_ts")),
                     .subjects = {},
                     .retention = text_field(config, "retention"),
                     .max_events_per_subject = static_cast<std::int64_t>(number_field(config, "max_msgs_per_subject")),
                     .is_clustered = response.contains("cluster")};
    info.first = number_field(state, "messages") == 0 ? info.last + 1 : info.first;
    if (const auto* subjects = config.if_contains("subjects"); subjects != nullptr && subjects->is_array()) {
        for (const auto& subject : subjects->get_array()) {
            info.subjects.emplace_back(subject.is_string() ? std::string(subject.get_string()) : std::string());
        }
    }
    return info;
}

std::string make_stream_config(const backplane_options& options, const std::string& prefix)
{
    using std::chrono::nanoseconds;
    boost::json::object config;
    config["name"] = options.stream;
    config["subjects"] =
        prefix.empty() ? boost::json::array({options.stream}) : boost::json::array({prefix, prefix + ".>"});
    config["retention"] = "limits";
    config["discard"] = "old";
    config["storage"] = options.storage == storage::file ? "file" : "memory";
    config["num_replicas"] = options.replicas;
    config["max_consumers"] = -1;
    config["max_msgs"] = limit(options.retention.max_events);
    config["max_bytes"] = limit(options.retention.max_bytes);
    config["max_age"] = nanoseconds(options.retention.max_age).count();
    config["max_msg_size"] = -1;
    auto window = options.duplicate_window;
    if (options.retention.max_age.count() != 0) { // the server refuses a longer window
        window = std::min(window, options.retention.max_age);
    }
    config["duplicate_window"] = nanoseconds(window).count();
    return boost::json::serialize(config);
}

std::string why_unusable(const stream_info& info, const std::string& prefix)
{
    for (const auto& subject : {prefix, prefix + ".>"}) {
        if (std::ranges::find(info.subjects, subject) == info.subjects.end()) {
            return "the stream has no subject " + subject;
        }
    }
    if (info.created == 0) {
        return "the server did not report the creation time of the stream";
    }
    if (info.retention != "limits") {
        return "the retention policy of the stream is not 'limits'";
    }
    if (info.max_events_per_subject > 0) {
        return "the stream has max_msgs_per_subject, which removes events between others";
    }
    return {};
}

} // namespace rill::nats
