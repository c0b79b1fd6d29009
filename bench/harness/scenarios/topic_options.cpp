#include "harness/scenarios/topic_options.hpp"

#include <algorithm>
#include <cmath>

#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr std::chrono::milliseconds min_tick{1};

} // namespace

std::chrono::microseconds period_of(double rate)
{
    return std::chrono::microseconds(std::max<std::int64_t>(std::llround(1e6 / rate), 1));
}

void topic_options::add_to(cli_command& command)
{
    load.add_to(command);
    for (const auto* name : {"--period", "--no-schedule"}) { // the rate defines the schedule
        command.remove(name);
    }
    command.option("URL").description(
        "the server, e.g. http://127.0.0.1:8080; its path can contain {topic} (from 0), "
        "{topics}, {us} (the period of the events of a topic) and {bytes}; default path: " +
        std::string(default_topic_path));
    command.add("--topics", topics, "number of topics; the streams are evenly distributed over them")
        .show_default()
        .range(1U, 100'000U);
    command.add("--bytes", bytes, "bytes of padding in each event").show_default().range(0U, 65'536U);
    command
        .add("--id-step", id_step,
             "step of dense ids within a topic; default: the number of topics, which take turns in one sequence")
        .range(1U, 1'000'000U);
    command.add("--stats", stats,
                "path of the server's own counters (JSON) of ended streams; default if the URL has no path: " +
                    std::string(default_stats_path));
}

bool topic_options::has_path() const
{
    const auto host = load.url.find("//");
    const auto path = host == load.url.npos ? load.url.npos : load.url.find('/', host + 2);
    return path != load.url.npos && path + 1 < load.url.size();
}

std::string topic_options::filled_in(std::string text, double rate) const
{
    replace_all(text, "{topics}", std::to_string(topics));
    replace_all(text, "{us}", std::to_string(period_of(rate).count()));
    replace_all(text, "{bytes}", std::to_string(bytes));
    return text;
}

load_options topic_options::at(double rate) const
{
    auto result = load;
    if (!has_path()) {
        result.url = result.url.substr(0, result.url.find_last_not_of('/') + 1) + std::string(default_topic_path);
    }
    result.url = filled_in(std::move(result.url), rate);
    result.period = period_of(rate);
    result.no_schedule = result.period < min_tick;
    return result;
}

std::string topic_options::stats_path(double rate) const
{
    return filled_in(!stats.empty() || has_path() ? stats : std::string(default_stats_path), rate);
}

load_plan topic_options::completed(load_plan plan) const
{
    plan.topics = topics;
    plan.id_step = id_step > 0 ? id_step : topics;
    return plan;
}

std::string topic_options::fault() const
{
    if (topics > 1 && has_path() && load.url.find(topic_placeholder) == load.url.npos) {
        return "--topics " + std::to_string(topics) + ": the URL must contain {topic}";
    }
    if (!stats.empty() && !stats.starts_with('/')) {
        return "--stats " + stats + ": a path must begin with /";
    }
    return "";
}

} // namespace bench
