#pragma once

#include <boost/describe/class.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <rill/pubsub/options.hpp>
#include <string>
#include <vector>

#include "dashboard/proc.hpp"

namespace dashboard {

/// The newest values of a figure. The oldest value is first.
using curve = std::vector<std::uint64_t>;

struct cpu_figures
{
    std::string machine{};            ///< see figures::set_machine()
    bool known = false;               ///< whether this server can read these values
    curve busy;                       ///< all cores together, in thousandths
    std::vector<std::uint64_t> cores; ///< latest value of each core, in thousandths
};
BOOST_DESCRIBE_STRUCT(cpu_figures, (), (machine, known, busy, cores))

struct memory_figures
{
    std::string machine{}; ///< see figures::set_machine()
    bool known = false;
    curve used;              ///< bytes
    std::uint64_t total = 0; ///< bytes
};
BOOST_DESCRIBE_STRUCT(memory_figures, (), (machine, known, used, total))

struct network_figures
{
    std::string machine{}; ///< see figures::set_machine()
    bool known = false;
    curve received; ///< bytes per second
    curve sent;     ///< bytes per second
    curve loopback; ///< bytes per second
};
BOOST_DESCRIBE_STRUCT(network_figures, (), (machine, known, received, sent, loopback))

/// Figures of the streams of this server.
struct stream_figures
{
    std::string machine{}; ///< see figures::set_machine()
    curve viewers;
    curve delivered;             ///< events per second, sum of all streams
    std::uint64_t published = 0; ///< number of events
    std::uint64_t conflated = 0; ///< events that a newer event replaced before a slow stream received them
    std::uint64_t resident = 0;  ///< resident memory of the server in bytes; 0 means unknown
    std::uint64_t period = 0;    ///< milliseconds between two values
};
BOOST_DESCRIBE_STRUCT(stream_figures, (), (machine, viewers, delivered, published, conflated, resident, period))

/// Computes the figures for the viewers from readings. Each figure contains its recent history. Therefore a viewer that
/// gets only the latest event has missed nothing.
class figures
{
public:
    static constexpr std::size_t held = 60; ///< maximum number of values in each curve

    /// Sets the name of this machine, for a page that shows several machines.
    void set_machine(const std::string& name);

    /// @param at  the time of the reading
    void add(const reading& machine, const rill::pubsub::channel_stats& streams,
             std::chrono::steady_clock::time_point at);

    cpu_figures cpu;
    memory_figures memory;
    network_figures network;
    stream_figures streams;

private:
    struct sample
    {
        reading machine;
        std::uint64_t delivered = 0;
        std::chrono::steady_clock::time_point at;
    };

    void add_memory(const reading& machine);
    void add_processor(const reading& before, const reading& now);
    void add_rates(const sample& before, const sample& now);

    std::optional<sample> before_;
};

} // namespace dashboard
