#include "history/fault_plan.hpp"

#include <algorithm>
#include <utility>

namespace history {

namespace {

using namespace std::chrono_literals;

void add_node_kills(std::vector<fault>& plan, random_source& random, milliseconds end)
{
    auto at = random.draw(800ms, 2'000ms);
    while (at < end) {
        const auto down = random.draw(100ms, 1'200ms);
        if (at + down < end) {
            plan.push_back(
                {.name = "kill rill", .begin = at, .end = at + down, .choice = random.draw(1'000), .is_node = true});
        }
        at += down + random.draw(800ms, 3'000ms);
    }
}

void add_log_faults(std::vector<fault>& plan, random_source& random, milliseconds end, std::vector<fault_kind> kinds)
{
    std::size_t next = kinds.size();
    for (auto at = random.draw(700ms, 1'500ms); at < end && !kinds.empty();) {
        if (next == kinds.size()) {
            for (std::size_t i = kinds.size(); i > 1; --i) {
                std::swap(kinds[i - 1], kinds[random.draw(i)]);
            }
            next = 0;
        }
        const auto& kind = kinds[next++];
        const auto time = random.draw(kind.shortest, kind.longest);
        if (at + time < end) {
            plan.push_back({.name = kind.name, .begin = at, .end = at + time, .choice = random.draw(1'000)});
        }
        at += time + random.draw(600ms, 2'000ms);
    }
}

} // namespace

std::vector<fault> make_plan(const plan_options& options)
{
    random_source random(options.seed);
    const auto end = options.time - options.time / 10;
    std::vector<fault> plan;
    if (options.kills_nodes) {
        add_node_kills(plan, random, end);
    }
    add_log_faults(plan, random, end, options.log_faults);
    std::ranges::stable_sort(plan, {}, &fault::begin);
    return plan;
}

std::string to_text(const std::vector<fault>& plan)
{
    std::string text;
    for (const auto& f : plan) {
        text += "  " + std::to_string(f.begin.count()) + " to " + std::to_string(f.end.count()) + " ms: " + f.name +
                " (" + std::to_string(f.choice) + ")\n";
    }
    return text;
}

} // namespace history
