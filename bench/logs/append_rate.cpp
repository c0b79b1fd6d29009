// Measures a log: the highest rate of appends, and the latency of appends and of the delivery at a fixed rate.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <thread>

#include "latency.hpp"
#include "store.hpp"

namespace {

using clock_type = std::chrono::steady_clock;
using rill::pubsub::backplane;
using rill::pubsub::event_draft;

struct settings
{
    std::string store = "memory";
    bool synced = false;
    double seconds = 5;
    double rate = 1'000;
    std::size_t bytes = 100;
    bool second_connection = false;
};

/// Measures the time since the event was published, which is the first word of its data.
class delivery_reader final : public backplane::reader
{
public:
    void on_begin(const rill::pubsub::log_position&) override {}
    void on_event(event_draft event, std::string_view, std::uint64_t) override
    {
        const clock_type::duration since(std::strtoll(std::string(event.data().substr(0, 20)).c_str(), nullptr, 10));
        times.add(clock_type::now() - clock_type::time_point(since));
    }
    void on_gap(const rill::pubsub::log_position&) override { ++gaps; }

    latency times;
    std::atomic<int> gaps = 0;
};

event_draft make_event(std::size_t bytes)
{
    auto text = std::to_string(clock_type::now().time_since_epoch().count()) + " ";
    text.resize(std::max(text.size(), bytes), 'x');
    return std::move(*event_draft::make({.data = text}));
}

// A publisher never waits for the outcome. If too many appends wait, it tries again.
void measure_rate(backplane& log, const settings& s)
{
    std::atomic<std::uint64_t> acknowledged = 0;
    std::atomic<std::uint64_t> failed = 0;
    std::uint64_t sent = 0;
    const auto begin = clock_type::now();
    const auto end = begin + std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(s.seconds));
    while (clock_type::now() < end) {
        const auto id = log.append(make_event(s.bytes), {}, [&](rill::result<rill::pubsub::log_id> outcome) {
            ++(outcome ? acknowledged : failed);
        });
        if (id) {
            ++sent;
            acknowledged += id->empty() ? 0 : 1;
        } else {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    }
    while (acknowledged + failed < sent) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const std::chrono::duration<double> taken = clock_type::now() - begin;
    std::printf("appends a second: %.0f (%llu appends of %zu bytes, %llu failed)\n",
                static_cast<double>(acknowledged) / taken.count(), static_cast<unsigned long long>(acknowledged),
                s.bytes, static_cast<unsigned long long>(failed));
}

void measure_latency(backplane& log, backplane& other, const settings& s)
{
    latency appends;
    delivery_reader reader;
    other.tail(reader, {});
    const auto pause =
        std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(1 / std::max(s.rate, 0.001)));
    const auto count = static_cast<std::uint64_t>(s.rate * s.seconds);
    auto next = clock_type::now();
    for (std::uint64_t i = 0; i != count; ++i, next += pause) {
        std::this_thread::sleep_until(next);
        const auto begin = clock_type::now();
        const auto id = log.append(make_event(s.bytes), {}, [&appends, begin](rill::result<rill::pubsub::log_id>) {
            appends.add(clock_type::now() - begin);
        });
        if (!id || !id->empty()) {
            appends.add(clock_type::now() - begin);
        }
    }
    const auto until = clock_type::now() + std::chrono::seconds(10);
    while ((appends.count() < count || reader.times.count() < count) && clock_type::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    other.stop(reader);
    std::printf("append at %.0f a second: %s\n", s.rate, appends.text().c_str());
    std::printf("publish to delivery, %s: %s (%zu of %llu events, %d gaps)\n",
                &log == &other ? "same connection" : "another connection", reader.times.text().c_str(),
                reader.times.count(), static_cast<unsigned long long>(count), reader.gaps.load());
}

} // namespace

int main(int argc, char** argv)
try {
    settings s;
    CLI::App app("Measures a log.");
    app.add_option("--store", s.store, "memory or sqlite:FILE")->capture_default_str();
    app.add_flag("--synced", s.synced, "an acknowledged event survives a power loss");
    app.add_option("--seconds", s.seconds, "length of each measurement")->capture_default_str();
    app.add_option("--rate", s.rate, "appends a second for the latency")->capture_default_str();
    app.add_option("--bytes", s.bytes, "size of the data of an event")->capture_default_str();
    app.add_flag("--second-connection", s.second_connection, "also measures the delivery on another connection");
    CLI11_PARSE(app, argc, argv);
    const auto log = open_store(s.store, s.synced);
    measure_latency(*log, *log, s);
    if (s.second_connection) {
        measure_latency(*log, *open_store(s.store, s.synced), s);
    }
    measure_rate(*log, s);
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
