#include <algorithm>
#include <filesystem>

#include "harness/report/report_files.hpp"
#include "harness/report/tables.hpp"
#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/compare_options.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/output.hpp"

namespace bench {

namespace {

int run(const compare_options& asked)
{
    const auto here = machine::here();
    const auto chosen = asked.peers();
    if (!chosen) {
        return print_error(chosen.error(), bad_usage);
    }
    auto all = asked.prepare(*chosen, here);
    if (!all) {
        return print_error(all.error(), bad_usage);
    }
    auto settings = asked.settings;
    settings.root = asked.root;
    settings.folder = asked.folder + "/logs";
    std::error_code error;
    std::filesystem::remove_all(settings.folder, error);
    if (!std::filesystem::create_directories(settings.folder, error)) {
        return print_error("cannot create the folder " + settings.folder + ": " + error.message(), could_not_run);
    }
    watch_for_interrupts();
    progress shown(stderr);
    compare_session session(settings, *chosen, *all, shown);
    shown.print("rill-bench: " + std::to_string(asked.rounds * session.runs_per_round()) + " runs on " + here.text());
    session.run(asked.rounds, [&] { write_report(*all, asked.folder); });
    shown.clear();
    if (interrupted()) {
        return print_error("interrupted; " + asked.folder + " has the complete rounds", was_interrupted);
    }
    if (const auto written = write_report(*all, asked.folder); !written) {
        return print_error(written.error(), could_not_run);
    }
    if (!write_figures(asked.json, to_json(*all), markdown_tables(*all))) {
        return could_not_run;
    }
    shown.print("\nreport: " + std::filesystem::absolute(asked.folder + "/report.html").lexically_normal().string());
    const bool all_fine =
        std::all_of(all->runs.begin(), all->runs.end(), [](const auto& run) { return run.failure.empty(); });
    return all_fine ? all_good : found_fault;
}

} // namespace

void add_compare_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand("compare", "compare servers under the same load, in interleaved rounds");
    const auto asked = std::make_shared<compare_options>();
    asked->add_to(command);
    command.on_selected([asked, &selected] { selected = [asked] { return run(*asked); }; });
}

} // namespace bench
