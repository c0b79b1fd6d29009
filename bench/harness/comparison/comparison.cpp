#include "harness/comparison/comparison.hpp"

#include "harness/support/text.hpp"

namespace bench {

namespace json = boost::json;

namespace {

json::object to_json(const compared_server& server)
{
    return {{"name", server.name},
            {"title", server.title},
            {"note", server.note},
            {"version", server.version},
            {"missing", server.missing},
            {"command", server.command},
            {"endpoints", json::value_from(server.endpoints)}};
}

json::object to_json(const compared_load& asked)
{
    return {{"endpoint", asked.endpoint}, {"streams", asked.streams}};
}

json::object to_json(const comparison_run& run)
{
    return {{"server", run.server}, {"endpoint", run.asked.endpoint}, {"streams", run.asked.streams},
            {"round", run.round},   {"failure", run.failure},         {"hold", run.hold}};
}

/// Throws if the member is missing or has another type. comparison_from() converts the exception into an error message.
std::string text(const json::object& object, std::string_view key)
{
    return json::value_to<std::string>(object.at(key));
}

compared_load load_from(const json::object& object)
{
    return {text(object, "endpoint"), json::value_to<std::uint32_t>(object.at("streams"))};
}

compared_server server_from(const json::object& object)
{
    return {text(object, "name"),
            text(object, "title"),
            text(object, "note"),
            text(object, "version"),
            text(object, "missing"),
            text(object, "command"),
            json::value_to<std::vector<std::string>>(object.at("endpoints"))};
}

comparison_run run_from(const json::object& object)
{
    comparison_run run{.server = text(object, "server"),
                       .asked = load_from(object),
                       .round = json::value_to<unsigned>(object.at("round")),
                       .failure = text(object, "failure"),
                       .hold = object.at("hold").as_object()};
    if (run.failure.empty()) {
        if (auto measured = figures_of(run.hold)) {
            run.measured = *measured;
        } else {
            run.failure = measured.error();
        }
    }
    return run;
}

comparison parse(const json::object& object)
{
    comparison all{.date = text(object, "date"),
                   .command = text(object, "command"),
                   .machine = object.at("machine").as_object(),
                   .period_ms = json::value_to<std::uint32_t>(object.at("period_ms")),
                   .seconds = json::value_to<double>(object.at("seconds")),
                   .rounds = json::value_to<unsigned>(object.at("rounds")),
                   .floor = text(object, "floor"),
                   .loads = {},
                   .servers = {},
                   .runs = {}};
    for (const auto& each : object.at("loads").as_array()) {
        all.loads.push_back(load_from(each.as_object()));
    }
    for (const auto& each : object.at("servers").as_array()) {
        all.servers.push_back(server_from(each.as_object()));
    }
    for (const auto& each : object.at("runs").as_array()) {
        all.runs.push_back(run_from(each.as_object()));
    }
    return all;
}

} // namespace

std::string to_text(const compared_load& asked)
{
    return asked.endpoint + ", " + grouped(asked.streams) + (asked.streams == 1 ? " stream" : " streams");
}

tl::expected<figures, std::string> figures_of(const json::object& hold)
{
    figures result;
    for (const auto& [key, member] : all_figures) {
        const auto* value = hold.if_contains(key);
        if (value == nullptr || !value->is_number()) {
            return tl::unexpected("the client did not report " + std::string(key));
        }
        result.*member = value->to_number<double>();
    }
    return result;
}

json::object to_json(const comparison& all)
{
    json::array loads;
    for (const auto& each : all.loads) {
        loads.push_back(to_json(each));
    }
    json::array servers;
    for (const auto& each : all.servers) {
        servers.push_back(to_json(each));
    }
    json::array runs;
    for (const auto& each : all.runs) {
        runs.push_back(to_json(each));
    }
    return {{"date", all.date},           {"command", all.command},    {"machine", all.machine},
            {"period_ms", all.period_ms}, {"seconds", all.seconds},    {"rounds", all.rounds},
            {"floor", all.floor},         {"loads", std::move(loads)}, {"servers", std::move(servers)},
            {"runs", std::move(runs)}};
}

tl::expected<comparison, std::string> comparison_from(const json::value& json)
{
    try {
        return parse(json.as_object());
    } catch (const std::exception& e) {
        return tl::unexpected(std::string("not a comparison: ") + e.what());
    }
}

} // namespace bench
