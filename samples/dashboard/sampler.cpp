#include "dashboard/sampler.hpp"

#include <rill/core/interval.hpp>
#include <rill/http/json.hpp>

#include "dashboard/figures.hpp"

namespace dashboard {

namespace {

void publish(rill::pubsub::channel& to, const figures& all)
{
    // [publish]
    const auto show = [&](rill::sse::event_name name, const auto& figures) {
        // An event that the log does not take is lost. The next one contains its values.
        const auto key = (figures.machine.empty() ? "" : figures.machine + '/') + std::string(name.view());
        (void)to.publish({.data = rill::to_json(figures), .name = name}, key);
    };
    show("cpu", all.cpu);
    show("memory", all.memory);
    show("network", all.network);
    show("streams", all.streams);
    // [publish]
}

} // namespace

// Reading these files takes much less than a millisecond, because the kernel creates them during the read. Therefore no
// thread is necessary.
rill::awaitable<> sample(rill::pubsub::channel to, sampler_options options)
{
    figures all;
    all.set_machine(options.machine);
    all.streams.period = static_cast<std::uint64_t>(options.period.count());
    for (rill::interval every(options.period);; co_await every.tick()) {
        all.add(read_machine(options.proc), to.stats(), std::chrono::steady_clock::now());
        publish(to, all);
    }
}

} // namespace dashboard
