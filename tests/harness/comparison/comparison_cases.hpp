#pragma once

#include <harness/comparison/comparison.hpp>

/// A comparison of two endpoints with three servers. One server has no /broadcast, and one was not built.
inline bench::comparison_run valid_run(std::string server, bench::compared_load asked, unsigned round,
                                       double events_per_cpu_s)
{
    bench::comparison_run run{.server = std::move(server), .asked = std::move(asked), .round = round};
    for (const auto& each : bench::all_figures) {
        run.measured.*each.member = 1;
    }
    run.measured.live = run.asked.streams;
    run.measured.events_per_cpu_s = events_per_cpu_s;
    run.measured.pss_bytes_per_stream = 700 + round;
    run.measured.p99_ms = 12.5;
    for (const auto& each : bench::all_figures) {
        run.hold[each.key] = run.measured.*each.member;
    }
    return run;
}

inline bench::comparison some_comparison()
{
    const bench::compared_load few{"/ticks", 100};
    const bench::compared_load many{"/ticks", 15'000};
    const bench::compared_load all_at_once{"/broadcast", 100};
    bench::comparison all{
        .date = "2026-11-23T10:00:00+0000",
        .command = "rill-bench compare --header 'a < b'",
        .machine = {{"cpu", "A & B"}, {"cores", 2}, {"text", "A & B, 2 cores"}},
        .period_ms = 1000,
        .seconds = 5,
        .rounds = 3,
        .floor = "floor",
        .loads = {few, many, all_at_once},
        .servers = {{.name = "floor", .title = "Floor", .endpoints = {"/ticks", "/broadcast"}},
                    {.name = "rill", .title = "rill", .note = "n", .version = "rill 1.2", .endpoints = {"/ticks"}},
                    {.name = "go", .title = "Go", .missing = "not built", .endpoints = {"/ticks"}}},
        .runs = {}};
    for (unsigned round = 1; round <= 3; ++round) {
        for (const auto& asked : {few, many}) {
            all.runs.push_back(valid_run("floor", asked, round, 100'000 * round)); // the floor drifts between rounds
            all.runs.push_back(valid_run("rill", asked, round, 90'000 * round));
        }
        all.runs.push_back(valid_run("floor", all_at_once, round, 50'000));
    }
    return all;
}
