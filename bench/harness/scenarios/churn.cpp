// churn: each second a share of the clients disconnects, and the same number of clients connects.

#include <memory>

#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/disturbance.hpp"
#include "harness/support/share.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

struct churn_command
{
    load_options options;
    double share = 0.1;
    std::chrono::nanoseconds duration = std::chrono::seconds(10);
    std::string how = "finish";

    tl::expected<scenario_result, std::string> run(const scenario& settings) const
    {
        const auto found = measure_disturbance(settings, duration, [this](load_session& session) {
            return session.measure(duration, "churning", share, how == "reset");
        });
        if (!found) {
            return tl::unexpected(found.error());
        }
        const auto& figures = **found;
        const auto disconnected = figures.after.disconnected - figures.before.disconnected;
        const auto reconnected = figures.after.reconnected - figures.before.reconnected;
        scenario_result result{figures.json(settings), figures.text(settings),
                               faults_of(figures.after, figures.statuses)};
        result.figures["share_per_second"] = share;
        result.figures["disconnected"] = disconnected;
        result.figures["reconnected"] = reconnected;
        result.figures["reconnected_per_s"] = ratio(static_cast<double>(reconnected), figures.disturbed.seconds);
        add_quantiles(result.figures, "answer_", figures.disturbed.window.answer);
        result.text += "churn     " + grouped(disconnected) + " disconnected, " + grouped(reconnected) +
                       " reconnected; time to response " + quantiles_text(figures.disturbed.window.answer) + "\n";
        return result;
    }
};

} // namespace

void add_churn_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand("churn", "each second a share of the clients disconnects and reconnects");
    const auto body = std::make_shared<churn_command>();
    body->options.add_to(command);
    add_share(command, "--share", body->share, "share of the streams that disconnects each second");
    add_duration(command, "--for", body->duration, "length of each of the two measurements");
    command.add("--how", body->how, "how the clients disconnect").show_default().one_of({"reset", "finish"});
    command.on_selected([body, &selected] { selected = scenario_command("churn", body); });
}

} // namespace bench
