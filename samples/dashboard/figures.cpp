#include "dashboard/figures.hpp"

#include <algorithm>

namespace dashboard {

namespace {

void push(curve& values, std::uint64_t value)
{
    if (values.size() == figures::held) {
        values.erase(values.begin());
    }
    values.push_back(value);
}

/// Counters of interfaces and cores that went away can fall.
std::uint64_t growth(std::uint64_t before, std::uint64_t now)
{
    return now - std::min(before, now);
}

std::uint64_t thousandths(const cpu_times& before, const cpu_times& now)
{
    const auto total = growth(before.total, now.total);
    return total == 0 ? 0 : std::min<std::uint64_t>(1000 * growth(before.busy, now.busy) / total, 1000);
}

} // namespace

void figures::add(const reading& machine, const rill::pubsub::statistics& stats,
                  std::chrono::steady_clock::time_point at)
{
    sample now{.machine = machine, .delivered = stats.delivered, .at = at};
    push(memory.used, machine.memory_used);
    memory.total = machine.memory_total;
    push(streams.viewers, stats.subscribers);
    streams.published = stats.published;
    streams.conflated = stats.conflated;
    streams.resident = machine.resident;
    if (before_) { // the other figures are differences
        add_rates(*before_, now);
    }
    before_ = std::move(now);
}

void figures::add_rates(const sample& before, const sample& now)
{
    const auto ms =
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.at - before.at).count(), 1);
    const auto rate = [ms](std::uint64_t from, std::uint64_t to) {
        return 1000 * growth(from, to) / static_cast<std::uint64_t>(ms);
    };
    push(cpu.busy, thousandths(before.machine.cpu, now.machine.cpu));
    cpu.cores.clear();
    for (std::size_t i = 0; i < std::min(before.machine.cores.size(), now.machine.cores.size()); ++i) {
        cpu.cores.push_back(thousandths(before.machine.cores[i], now.machine.cores[i]));
    }
    push(network.received, rate(before.machine.received, now.machine.received));
    push(network.sent, rate(before.machine.sent, now.machine.sent));
    push(network.loopback, rate(before.machine.loopback, now.machine.loopback));
    push(streams.delivered, rate(before.delivered, now.delivered));
}

} // namespace dashboard
