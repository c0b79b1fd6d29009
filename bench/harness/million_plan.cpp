#include "harness/million_plan.hpp"

#include <algorithm>
#include <cmath>

#include "harness/connecting.hpp"
#include "harness/load_plan.hpp"
#include "harness/machine.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr std::uint64_t files_per_process = 32;
constexpr std::uint64_t bytes_per_process = 4 << 20; // before the first stream
constexpr double deviations = 6;            // of the servers' shares; a normal share is beyond that once in 10^9
constexpr std::uint64_t lagging_share = 10; // one of so many streams may hold an event that is not read yet

/// Whether so many servers have room for all streams.
bool suffice(std::uint64_t servers, const million_wish& wish, std::uint64_t room)
{
    return most_on_one_server(wish.streams, static_cast<unsigned>(servers)) <= room;
}

std::string command(const std::string& setting, std::uint64_t value)
{
    return "sysctl -w " + setting + "=" + std::to_string(value);
}

obstacle too_few_files(const million_wish& wish, const machine_limits& limits)
{
    const auto processes = wish.servers > 0 ? wish.servers : most_processes;
    const auto needed = 2ULL * wish.streams / processes + 1000; // room enough for servers to differ
    obstacle result{.what = "open files of a process (ulimit -n): with " + grouped(limits.open_files) + " each, " +
                            grouped(processes) + " server processes have no room for " + grouped(wish.streams) +
                            " streams, which are not spread evenly over them",
                    .remedy = "ulimit -n " + std::to_string(needed) + " (as root, if it is the hard limit)"};
    if (needed > limits.nr_open) {
        result.remedy = command("fs.nr_open", needed) + ", then " + result.remedy;
    }
    if (wish.servers > 0) {
        result.remedy = "more --servers, or " + result.remedy;
    }
    return result;
}

class checks
{
public:
    explicit checks(std::vector<obstacle>& into) : into_(into) {}

    void at_least(std::uint64_t there, std::uint64_t needed, const std::string& what, const std::string& remedy)
    {
        if (there < needed) {
            into_.push_back({what + ": there are " + grouped(there) + ", and it takes " + grouped(needed), remedy});
        }
    }

private:
    std::vector<obstacle>& into_;
};

} // namespace

std::uint64_t most_on_one_server(std::uint32_t streams, unsigned servers)
{
    if (servers <= 1) {
        return streams;
    }
    const auto share = static_cast<double>(streams) / servers;
    const auto slack = deviations * std::sqrt(share * (1 - 1.0 / servers));
    return std::min<std::uint64_t>(streams, static_cast<std::uint64_t>(std::ceil(share + slack)));
}

tl::expected<million_plan, std::vector<obstacle>> plan_processes(const million_wish& wish, const machine_limits& limits)
{
    const auto room = limits.open_files > server_spare_files ? limits.open_files - server_spare_files : 0;
    million_plan plan{.servers = wish.servers};
    if (wish.servers == 0) {
        plan.servers = 1;
        while (plan.servers < most_processes && !suffice(plan.servers, wish, room)) {
            ++plan.servers;
        }
    }
    const auto per_client = std::min<std::uint64_t>(room, streams_per_process);
    const auto clients = per_client > 0 ? (wish.streams + per_client - 1) / per_client : UINT64_MAX;
    if (!suffice(plan.servers, wish, room) || clients > most_processes) {
        return tl::unexpected(std::vector{too_few_files(wish, limits)});
    }
    plan.clients = static_cast<unsigned>(clients);
    const auto per_address = source_addresses::streams_per_address;
    plan.addresses = plan.clients * ((share_of(wish.streams, plan.clients, 0) + per_address - 1) / per_address);
    return plan;
}

tl::expected<million_plan, std::vector<obstacle>> plan_million(const million_wish& wish, const machine_limits& limits)
{
    const auto plan = plan_processes(wish, limits);
    std::vector<obstacle> found;
    unsigned processes = 0;
    if (plan) {
        processes = plan->servers + plan->clients;
    } else {
        found = plan.error();
    }
    checks check(found);
    const auto bytes = wish.streams * wish.bytes_per_stream + processes * bytes_per_process;
    if (limits.memory < bytes) {
        found.push_back({"memory: " + grouped(limits.memory >> 20) + " MiB are available, and it takes about " +
                             grouped(bytes >> 20) + " (" + grouped(wish.bytes_per_stream) +
                             " bytes a stream, both ends and the kernel)",
                         {}});
    }
    const auto files = limits.files_in_use + 2ULL * wish.streams + processes * files_per_process;
    check.at_least(limits.file_max, files,
                   "open files of all processes, those that are open now included (fs.file-max)",
                   command("fs.file-max", files + files / 10));
    if (limits.epoll_watches > 0) {
        check.at_least(limits.epoll_watches, 2ULL * wish.streams,
                       "sockets that a user may watch with epoll (fs.epoll.max_user_watches)",
                       command("fs.epoll.max_user_watches", 4ULL * wish.streams));
    }
    const auto lagging = wish.streams / lagging_share;
    check.at_least(
        limits.tcp[1], lagging,
        "pages for TCP's buffers (net.ipv4.tcp_mem): a socket with an event that is not read yet takes one, and "
        "one stream in ten may have that at any moment",
        "sysctl -w net.ipv4.tcp_mem=\"" + std::to_string(lagging) + " " + std::to_string(2 * lagging) + " " +
            std::to_string(4 * lagging) + "\"");
    const auto ports = limits.last_port >= limits.first_port ? limits.last_port - limits.first_port + 1 : 0;
    check.at_least(ports, std::min<std::uint64_t>(wish.streams, source_addresses::streams_per_address),
                   "ports for the clients' end of connections, of each source address (net.ipv4.ip_local_port_range)",
                   "sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\"");
    check.at_least(limits.backlog, std::min<std::uint64_t>(wish.streams, load_plan{}.opening_at_once),
                   "connections that may wait for a server to accept them (net.core.somaxconn)",
                   command("net.core.somaxconn", 4096));
    if (!found.empty()) {
        return tl::unexpected(std::move(found));
    }
    return plan;
}

std::string to_text(const std::vector<obstacle>& obstacles)
{
    std::string text;
    for (const auto& each : obstacles) {
        text += (text.empty() ? "" : "\n") + ("  - " + each.what);
        if (!each.remedy.empty()) {
            text += "\n    this would lift it: " + each.remedy;
        }
    }
    return text;
}

} // namespace bench
