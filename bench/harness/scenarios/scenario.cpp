#include "harness/scenarios/scenario.hpp"

#include "harness/machine/machine.hpp"
#include "harness/scenarios/commands.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/output.hpp"

namespace bench {

int run_scenario(const std::string& name, const load_options& options,
                 const std::function<tl::expected<scenario_result, std::string>(scenario&)>& body)
{
    const auto here = machine::here();
    auto plan = make_plan(options, here.open_files);
    if (!plan) {
        return print_error(plan.error(), bad_usage);
    }
    watch_for_interrupts();
    progress shown(stderr);
    scenario prepared{std::move(*plan), options.server_pids, options.settle, shown, {}};
    shown.print("rill-bench " + name + " " + prepared.plan.to.url());
    auto result = body(prepared);
    shown.clear();
    if (!result) {
        return print_error(result.error(), could_not_run);
    }
    boost::json::object json{{"command", name}, {"url", prepared.plan.to.url()}};
    for (const auto& [key, value] : result->figures) {
        json[key] = value;
    }
    json["interrupted"] = interrupted();
    json["ok"] = result->faults.empty();
    json["faults"] = result->faults;
    json["machine"] = here.json();
    const auto text = "machine   " + here.text() + "\n" + result->text + "result    " +
                      (result->faults.empty()   ? "good"
                       : result->limited_by_cpu ? "LIMITED BY THE CPU: " + result->faults
                                                : "FAULTY: " + result->faults) +
                      (interrupted() ? " (interrupted)" : "") + "\n";
    if (!write_figures(options.json, json, text)) {
        return could_not_run;
    }
    if (interrupted()) {
        return was_interrupted;
    }
    return result->faults.empty() ? all_good : result->limited_by_cpu ? cpu_limited : found_fault;
}

} // namespace bench
