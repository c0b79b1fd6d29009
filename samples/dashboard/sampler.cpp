#include "dashboard/sampler.hpp"

#include <condition_variable>
#include <mutex>
#include <rill/http/json.hpp>

namespace dashboard {

sampler::sampler(rill::pubsub::channel to, sampler_options options)
    : to_(std::move(to)), options_(std::move(options)), thread_([this](const std::stop_token& stop) { run(stop); })
{}

void sampler::run(const std::stop_token& stop)
{
    figures_.streams.period = static_cast<std::uint64_t>(options_.period.count());
    std::mutex mutex;
    std::condition_variable_any stopped;
    auto next = std::chrono::steady_clock::now();
    for (std::unique_lock lock(mutex); !stop.stop_requested();) {
        figures_.add(read_machine(options_.proc), to_.stats(), std::chrono::steady_clock::now());
        publish();
        next += options_.period;
        stopped.wait_until(lock, stop, next, [] { return false; });
    }
}

void sampler::publish()
{
    // [publish]
    const auto show = [this](rill::sse::event_name name, const auto& figures) {
        (void)to_.publish({.data = rill::to_json(figures), .name = name}, name.view()); // numbers are always good UTF-8
    };
    show("cpu", figures_.cpu);
    show("memory", figures_.memory);
    show("network", figures_.network);
    show("streams", figures_.streams);
    // [publish]
}

} // namespace dashboard
