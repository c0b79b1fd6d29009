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

/// Returns the increase of a counter. A counter decreases when an interface or a core is removed.
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

void figures::set_machine(const std::string& name)
{
    cpu.machine = memory.machine = network.machine = streams.machine = name;
}

void figures::add(const reading& machine, const rill::pubsub::channel_stats& stats,
                  std::chrono::steady_clock::time_point at)
{
    sample now{.machine = machine, .delivered = stats.delivered, .at = at};
    add_memory(machine);
    cpu.known = machine.cpu.total != 0;
    network.known = machine.has_interfaces;
    push(streams.viewers, stats.subscribers);
    streams.published = stats.published;
    streams.conflated = stats.conflated;
    streams.resident = machine.resident;
    if (before_) { // the other figures are differences between two samples
        add_rates(*before_, now);
    }
    before_ = std::move(now);
}

// The values of a curve are one period apart. Therefore a curve starts again after a gap.
void figures::add_memory(const reading& machine)
{
    memory.known = machine.memory_total != 0;
    memory.total = machine.memory_total;
    if (memory.known) {
        push(memory.used, machine.memory_used);
    } else {
        memory.used.clear();
    }
}

void figures::add_processor(const reading& before, const reading& now)
{
    cpu.cores.clear();
    if (before.cpu.total == 0 || now.cpu.total == 0) {
        cpu.busy.clear();
        return;
    }
    push(cpu.busy, thousandths(before.cpu, now.cpu));
    for (std::size_t i = 0; i < std::min(before.cores.size(), now.cores.size()); ++i) {
        cpu.cores.push_back(thousandths(before.cores[i], now.cores[i]));
    }
}

void figures::add_rates(const sample& before, const sample& now)
{
    const auto ms =
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.at - before.at).count(), 1);
    const auto rate = [ms](std::uint64_t from, std::uint64_t to) {
        return 1000 * growth(from, to) / static_cast<std::uint64_t>(ms);
    };
    add_processor(before.machine, now.machine);
    if (before.machine.has_interfaces && now.machine.has_interfaces) {
        push(network.received, rate(before.machine.received, now.machine.received));
        push(network.sent, rate(before.machine.sent, now.machine.sent));
        push(network.loopback, rate(before.machine.loopback, now.machine.loopback));
    } else {
        network.received = network.sent = network.loopback = {};
    }
    push(streams.delivered, rate(before.delivered, now.delivered));
}

} // namespace dashboard
