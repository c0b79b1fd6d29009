// churn: a share of the clients leaves each second, and as many come.

#include <memory>

#include "harness/command.hpp"
#include "harness/contrast.hpp"
#include "harness/share.hpp"
#include "harness/text.hpp"

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
        const auto found = measure_contrast(settings, duration, [this](load_session& session) {
            return session.measure(duration, "churning", share, how == "reset");
        });
        if (!found) {
            return tl::unexpected(found.error());
        }
        const auto& figures = **found;
        const auto left = figures.after.left - figures.before.left;
        const auto returned = figures.after.returned - figures.before.returned;
        scenario_result result{figures.json(settings), figures.text(settings),
                               faults_of(figures.after, figures.statuses)};
        result.figures["share_per_second"] = share;
        result.figures["left"] = left;
        result.figures["returned"] = returned;
        result.figures["returned_per_s"] = ratio(static_cast<double>(returned), figures.with.seconds);
        add_quantiles(result.figures, "answer_", figures.with.window.answer);
        result.text += "churn     " + grouped(left) + " left, " + grouped(returned) + " came back, answered after " +
                       quantiles_text(figures.with.window.answer) + "\n";
        return result;
    }
};

} // namespace

void add_churn_command(cli_command& program, command_body& chosen)
{
    auto command = program.add_subcommand("churn", "a share of the clients leaves each second, and as many come");
    const auto body = std::make_shared<churn_command>();
    body->options.add_to(command);
    add_share(command, "--share", body->share, "how many leave each second, of all");
    add_duration(command, "--for", body->duration, "how long to measure, without and with");
    command.add("--how", body->how, "how they leave").show_default().one_of({"reset", "finish"});
    command.when_chosen([body, &chosen] {
        chosen = [body] { return run_scenario("churn", body->options, [body](scenario& s) { return body->run(s); }); };
    });
}

} // namespace bench
