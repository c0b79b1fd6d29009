#include "harness/scenarios/million_plan.hpp"

#include <algorithm>
#include <cmath>

#include "harness/client/connect.hpp"
#include "harness/client/load_plan.hpp"
#include "harness/machine/machine.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr std::uint64_t files_per_process = 32;
constexpr std::uint64_t bytes_per_process = 4 << 20; // bytes of a process before the first stream
constexpr double deviations = 6;                     // a normally distributed share exceeds this with probability 10^-9
constexpr std::uint64_t lagging_share = 10;          // one stream in ten can have an unread event

/// Whether `servers` servers have room for all streams.
bool has_room(std::uint64_t servers, const million_request& request, std::uint64_t room)
{
    return max_streams_per_server(request.streams, static_cast<unsigned>(servers)) <= room;
}

std::string command(const std::string& setting, std::uint64_t value)
{
    return "sysctl -w " + setting + "=" + std::to_string(value);
}

limit_violation too_few_files(const million_request& request, const machine_limits& limits)
{
    const auto processes = request.servers > 0 ? request.servers : max_processes;
    // 1000 more, because the servers get different numbers of streams
    const auto needed = 2ULL * request.streams / processes + 1000;
    limit_violation result{.what = "open files of a process (ulimit -n): with " + grouped(limits.open_files) +
                                   " each, " + grouped(processes) + " server processes have no room for " +
                                   grouped(request.streams) + " streams, which are not evenly distributed",
                           .fix = "ulimit -n " + std::to_string(needed) + " (as root, if it is the hard limit)"};
    if (needed > limits.nr_open) {
        result.fix = command("fs.nr_open", needed) + ", then " + result.fix;
    }
    if (request.servers > 0) {
        result.fix = "more --servers, or " + result.fix;
    }
    return result;
}

class checks
{
public:
    explicit checks(std::vector<limit_violation>& into) : into_(into) {}

    void at_least(std::uint64_t available, std::uint64_t needed, const std::string& what, const std::string& fix)
    {
        if (available < needed) {
            into_.push_back(
                {what + ": " + grouped(available) + " are available, " + grouped(needed) + " are required", fix});
        }
    }

private:
    std::vector<limit_violation>& into_;
};

} // namespace

std::uint64_t max_streams_per_server(std::uint32_t streams, unsigned servers)
{
    if (servers <= 1) {
        return streams;
    }
    const auto share = static_cast<double>(streams) / servers;
    const auto slack = deviations * std::sqrt(share * (1 - 1.0 / servers));
    return std::min<std::uint64_t>(streams, static_cast<std::uint64_t>(std::ceil(share + slack)));
}

tl::expected<million_plan, std::vector<limit_violation>> plan_processes(const million_request& request,
                                                                        const machine_limits& limits)
{
    const auto room = limits.open_files > server_spare_files ? limits.open_files - server_spare_files : 0;
    million_plan plan{.servers = request.servers};
    if (request.servers == 0) {
        plan.servers = 1;
        while (plan.servers < max_processes && !has_room(plan.servers, request, room)) {
            ++plan.servers;
        }
    }
    const auto per_client = std::min<std::uint64_t>(room, streams_per_process);
    const auto clients = per_client > 0 ? (request.streams + per_client - 1) / per_client : UINT64_MAX;
    if (!has_room(plan.servers, request, room) || clients > max_processes) {
        return tl::unexpected(std::vector{too_few_files(request, limits)});
    }
    plan.clients = static_cast<unsigned>(clients);
    const auto per_address = source_addresses::streams_per_address;
    plan.addresses = plan.clients * ((share_of(request.streams, plan.clients, 0) + per_address - 1) / per_address);
    return plan;
}

tl::expected<million_plan, std::vector<limit_violation>> plan_million(const million_request& request,
                                                                      const machine_limits& limits)
{
    const auto plan = plan_processes(request, limits);
    std::vector<limit_violation> found;
    unsigned processes = 0;
    if (plan) {
        processes = plan->servers + plan->clients;
    } else {
        found = plan.error();
    }
    checks check(found);
    const auto bytes = request.streams * request.bytes_per_stream + processes * bytes_per_process;
    if (limits.memory < bytes) {
        found.push_back({"memory: " + grouped(limits.memory >> 20) + " MiB are available, about " +
                             grouped(bytes >> 20) + " are required (" + grouped(request.bytes_per_stream) +
                             " bytes per stream, both ends and the kernel)",
                         {}});
    }
    const auto files = limits.files_in_use + 2ULL * request.streams + processes * files_per_process;
    check.at_least(limits.file_max, files, "open files of all processes, including those open now (fs.file-max)",
                   command("fs.file-max", files + files / 10));
    if (limits.epoll_watches > 0) {
        check.at_least(limits.epoll_watches, 2ULL * request.streams,
                       "sockets that a user can watch with epoll (fs.epoll.max_user_watches)",
                       command("fs.epoll.max_user_watches", 4ULL * request.streams));
    }
    const auto lagging = request.streams / lagging_share;
    check.at_least(
        limits.tcp[1], lagging,
        "pages for the buffers of TCP (net.ipv4.tcp_mem), because a socket with an unread event takes one page, and "
        "one stream in ten can have such an event",
        "sysctl -w net.ipv4.tcp_mem=\"" + std::to_string(lagging) + " " + std::to_string(2 * lagging) + " " +
            std::to_string(4 * lagging) + "\"");
    const auto ports = limits.last_port >= limits.first_port ? limits.last_port - limits.first_port + 1 : 0;
    check.at_least(ports, std::min<std::uint64_t>(request.streams, source_addresses::streams_per_address),
                   "client ports of each source address (net.ipv4.ip_local_port_range)",
                   "sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\"");
    check.at_least(limits.backlog, std::min<std::uint64_t>(request.streams, load_plan{}.max_connecting),
                   "connections that can wait for accept() (net.core.somaxconn)", command("net.core.somaxconn", 4096));
    if (!found.empty()) {
        return tl::unexpected(std::move(found));
    }
    return plan;
}

std::string to_text(const std::vector<limit_violation>& violations)
{
    std::string text;
    for (const auto& each : violations) {
        text += (text.empty() ? "" : "\n") + ("  - " + each.what);
        if (!each.fix.empty()) {
            text += "\n    to raise it: " + each.fix;
        }
    }
    return text;
}

} // namespace bench
