// storm: all streams disconnect at the same time and reconnect at once.

#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>

#include "harness/client/load_session.hpp"
#include "harness/figures/figures.hpp"
#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/scenario.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

struct storm_round
{
    load_measurement reconnect; ///< from the disconnection until all streams are live again
    load_measurement after;     ///< after all streams are live again
    load_totals before, end;
    memory_sample memory; ///< at the end of the round

    std::uint64_t disconnected() const { return end.disconnected - before.disconnected; }
    std::uint64_t reconnected() const { return end.reconnected - before.reconnected; }
    std::uint64_t retried() const { return end.all_retried() - before.all_retried(); }
    std::uint64_t lost() const { return end.lost_ids - before.lost_ids; }
    std::uint64_t missed() const { return end.missed_while_disconnected - before.missed_while_disconnected; }
    std::uint64_t restarted_ids() const { return end.restarted_ids - before.restarted_ids; }
};

boost::json::object to_json(const storm_round& round, bool has_server)
{
    std::array<std::uint64_t, failure_count> retried{};
    for (std::size_t i = 0; i < failure_count; ++i) {
        retried[i] = round.end.retried[i] - round.before.retried[i];
    }
    boost::json::object result{
        {"disconnected", round.disconnected()},
        {"reconnected", round.reconnected()},
        {"all_reconnected_s", static_cast<double>(round.reconnect.window.answer.max()) / 1e9},
        {"attempts_failed", round.retried()},
        {"attempts_failed_by", reasons(retried, {})},
        {"lost_ids", round.lost()},
        {"ticks_while_disconnected", round.missed()},
        {"restarted_ids", round.restarted_ids()},
        {"server_cpu_s_until_reconnected",
         has_server ? boost::json::value(round.reconnect.server.total) : boost::json::value(nullptr)},
        {"pss_bytes", has_server ? boost::json::value(round.memory.server.pss) : boost::json::value(nullptr)},
    };
    add_quantiles(result, "reconnect_", round.reconnect.window.answer);
    add_quantiles(result, "", round.after.window.lateness);
    return result;
}

std::string to_text(const storm_round& round, std::size_t number, bool has_server)
{
    std::string text = "storm " + std::to_string(number) + "   " + grouped(round.reconnected()) + " of " +
                       grouped(round.disconnected()) + " reconnected within " +
                       fixed(static_cast<double>(round.reconnect.window.answer.max()) / 1e9, 3) + " s; " +
                       quantiles_text(round.reconnect.window.answer) + "; " + grouped(round.retried()) +
                       " attempts failed\n";
    text += "          lost by id " + grouped(round.lost()) + ", ticks while disconnected " + grouped(round.missed()) +
            ", streams whose ids started again " + grouped(round.restarted_ids()) + "\n";
    if (has_server) {
        text += "          server " + fixed(round.reconnect.server.total, 2) +
                " s of CPU until all had reconnected, PSS " +
                grouped(static_cast<std::uint64_t>(round.memory.server.pss / 1024)) + " KiB after\n";
    }
    return text;
}

struct storm_command
{
    load_options options;
    unsigned rounds = 3;
    std::chrono::nanoseconds timeout = std::chrono::seconds(60);
    std::chrono::nanoseconds duration = std::chrono::seconds(5);
    std::string how = "reset";

    tl::expected<storm_round, std::string> one_round(load_session& session, const scenario& settings) const
    {
        storm_round round;
        round.before = session.totals();
        const auto reconnected = session.reconnect_all(timeout, how == "reset");
        if (!reconnected) {
            return tl::unexpected(reconnected.error());
        }
        round.reconnect = **reconnected;
        const auto after = session.measure(duration, "holding");
        if (!after) {
            return tl::unexpected(after.error());
        }
        round.after = **after;
        round.end = session.totals();
        round.memory = memory_sample::of(settings.servers);
        return round;
    }

    tl::expected<scenario_result, std::string> run(const scenario& settings) const
    {
        const bool has_server = !settings.servers.empty();
        scenario_result result;
        const auto empty = memory_sample::of(settings.servers);
        load_session session(settings.plan, settings.servers, settings.shown);
        if (const auto ramp = session.ramp(); !ramp) {
            return tl::unexpected(ramp.error());
        }
        if (const auto settled = session.wait(settings.settle, "settling"); !settled) {
            return tl::unexpected(settled.error());
        }
        const auto before = memory_sample::of(settings.servers);
        boost::json::array list;
        std::vector<double> times;
        for (unsigned i = 0; i < rounds && !interrupted() && session.totals().live > 0; ++i) {
            const auto round = one_round(session, settings);
            if (!round) {
                return tl::unexpected(round.error());
            }
            list.push_back(to_json(*round, has_server));
            result.text += to_text(*round, i + 1, has_server);
            times.push_back(static_cast<double>(round->reconnect.window.answer.max()) / 1e9);
        }
        const auto after = memory_sample::of(settings.servers);
        const auto totals = session.totals();
        add_totals(result.figures, settings.plan, totals, session.statuses());
        add_memory(result.figures, empty, after, totals.live, has_server);
        result.figures["pss_bytes_before"] =
            has_server ? boost::json::value(before.server.pss) : boost::json::value(nullptr);
        std::sort(times.begin(), times.end());
        result.figures["all_reconnected_s"] = times.empty() ? boost::json::value(nullptr) : times[times.size() / 2];
        result.figures["rounds"] = std::move(list);
        result.text += memory_text(empty, after, totals.live, has_server);
        result.faults = faults_of(totals, session.statuses());
        return result;
    }
};

} // namespace

void add_storm_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand(
        "storm", "disconnect all streams at once, and measure the time until all have reconnected and the lost events");
    const auto body = std::make_shared<storm_command>();
    body->options.add_to(command);
    command.add("--rounds", body->rounds, "number of storms").show_default().range(1U, 1000U);
    add_duration(command, "--patience", body->timeout, "maximum time until all streams have reconnected");
    add_duration(command, "--for", body->duration, "length of the measurement after each storm");
    command.add("--how", body->how, "how the client closes the connections").show_default().one_of({"reset", "finish"});
    command.on_selected([body, &selected] { selected = scenario_command("storm", body); });
}

} // namespace bench
