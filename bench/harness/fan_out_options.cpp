#include "harness/fan_out_options.hpp"

#include <algorithm>
#include <cmath>

#include "harness/text.hpp"

namespace bench {

namespace {

constexpr std::chrono::milliseconds shortest_beat{1};

} // namespace

std::chrono::microseconds period_of(double rate)
{
    return std::chrono::microseconds(std::max<std::int64_t>(std::llround(1e6 / rate), 1));
}

void fan_out_options::add_to(cli_command& command)
{
    load.add_to(command);
    for (const auto* name : {"--period", "--no-schedule"}) { // the rate says it
        command.remove(name);
    }
    command.option("URL").description("the server, e.g. http://127.0.0.1:8080; a path, if it has one, may contain "
                                      "{topic} (from 0 on), {topics}, {us} "
                                      "(the period of a topic's events) and {bytes}; default: " +
                                      std::string(default_topic_path));
    command.add("--topics", topics, "how many topics; the streams are spread over them evenly")
        .show_default()
        .range(1U, 100'000U);
    command.add("--bytes", bytes, "padding of each event").show_default().range(0U, 65'536U);
    command
        .add("--id-step", id_step,
             "by how much dense ids rise within a topic; default: by the number of topics, as they take turns in "
             "one sequence")
        .range(1U, 1'000'000U);
    command.add("--stats", stats,
                "path of the server's own count (JSON), for why it ended streams; default, without a path in "
                "the URL: " +
                    std::string(default_stats_path));
}

bool fan_out_options::has_path() const
{
    const auto host = load.url.find("//");
    const auto path = host == load.url.npos ? load.url.npos : load.url.find('/', host + 2);
    return path != load.url.npos && path + 1 < load.url.size();
}

std::string fan_out_options::filled_in(std::string text, double rate) const
{
    replace_all(text, "{topics}", std::to_string(topics));
    replace_all(text, "{us}", std::to_string(period_of(rate).count()));
    replace_all(text, "{bytes}", std::to_string(bytes));
    return text;
}

load_options fan_out_options::at(double rate) const
{
    auto result = load;
    if (!has_path()) {
        result.url = result.url.substr(0, result.url.find_last_not_of('/') + 1) + std::string(default_topic_path);
    }
    result.url = filled_in(std::move(result.url), rate);
    result.period = period_of(rate);
    result.no_schedule = result.period < shortest_beat;
    return result;
}

std::string fan_out_options::stats_path(double rate) const
{
    return filled_in(!stats.empty() || has_path() ? stats : std::string(default_stats_path), rate);
}

load_plan fan_out_options::completed(load_plan plan) const
{
    plan.topics = topics;
    plan.id_step = id_step > 0 ? id_step : topics;
    return plan;
}

std::string fan_out_options::fault() const
{
    if (topics > 1 && has_path() && load.url.find(topic_placeholder) == load.url.npos) {
        return "--topics " + std::to_string(topics) + ": the URL says nowhere which, by {topic}";
    }
    if (!stats.empty() && !stats.starts_with('/')) {
        return "--stats " + stats + ": a path begins with /";
    }
    return "";
}

} // namespace bench
