#include "harness/servers/server_fleet.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/servers/server_start.hpp"
#include "harness/support/clock.hpp"
#include "harness/support/files.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

/// Adds the names of the listening sockets of a port. They have the form of the links in /proc/PID/fd. The files of
/// proc(5) list listening sockets first.
void add_listeners(const char* file, std::uint16_t port, std::set<std::string>& links)
{
    std::ifstream in(file);
    std::string line;
    std::getline(in, line); // skips the heading
    while (std::getline(in, line)) {
        std::istringstream words(line);
        std::string number, local, remote, state, skipped, inode;
        words >> number >> local >> remote >> state;
        for (int i = 0; i < 5; ++i) { // skips queues, timer, retransmissions, user, timeout
            words >> skipped;
        }
        words >> inode;
        if (state != "0A") {
            return;
        }
        const auto colon = local.rfind(':');
        if (colon != local.npos && std::stoul(local.substr(colon + 1), nullptr, 16) == port) {
            links.insert("socket:[" + inode + "]");
        }
    }
}

std::set<std::string> listeners_on(std::uint16_t port)
{
    std::set<std::string> links;
    add_listeners("/proc/net/tcp", port, links);
    add_listeners("/proc/net/tcp6", port, links);
    return links;
}

bool has_one_of(pid_t pid, const std::set<std::string>& links)
{
    std::error_code error;
    std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd", error);
    for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
        std::error_code gone;
        if (links.contains(std::filesystem::read_symlink(files->path(), gone).string())) {
            return true;
        }
    }
    return false;
}

} // namespace

bool listens(pid_t pid, std::uint16_t port)
{
    return has_one_of(pid, listeners_on(port));
}

tl::expected<std::unique_ptr<server_fleet>, std::string> server_fleet::start(const program_start& how, unsigned count,
                                                                             std::uint16_t port,
                                                                             const std::string& target, double timeout,
                                                                             progress& shown)
{
    std::unique_ptr<server_fleet> fleet(new server_fleet(how.log));
    auto first = start_server(how, port, target, timeout);
    if (!first) {
        return tl::unexpected(first.error());
    }
    fleet->servers_.push_back(std::move(*first));
    while (fleet->servers_.size() < count) {
        if (const auto added = fleet->add(how); !added) {
            return tl::unexpected(added.error());
        }
    }
    if (const auto ready = fleet->wait_for_all(port, timeout * count, shown); !ready) {
        return tl::unexpected(ready.error());
    }
    return fleet;
}

tl::expected<void, std::string> server_fleet::add(const program_start& how)
{
    auto next = child_program::start(how);
    if (!next) {
        return tl::unexpected(next.error());
    }
    servers_.push_back(std::move(*next));
    return {};
}

tl::expected<void, std::string> server_fleet::wait_for_all(std::uint16_t port, double timeout, progress& shown)
{
    const auto deadline = now_ns() + static_cast<std::int64_t>(timeout * 1e9);
    for (std::size_t ready = 0; ready < servers_.size();) {
        const auto family = process_tree(servers_[ready]->pid());
        const auto links = listeners_on(port);
        if (std::any_of(family.begin(), family.end(), [&](pid_t pid) { return has_one_of(pid, links); })) {
            pids_.insert(pids_.end(), family.begin(), family.end());
            ++ready;
            continue;
        }
        if (const auto why = ended()) {
            return tl::unexpected(*why +
                                  (servers_.size() > 1 ? " (several processes must be able to share a port)" : ""));
        }
        if (interrupted()) {
            return tl::unexpected(std::string("interrupted"));
        }
        if (now_ns() > deadline) {
            return tl::unexpected("not all servers listen within " + fixed(timeout, 0) + " s");
        }
        shown.show(
            [&] { return "starting servers: " + std::to_string(ready) + " of " + std::to_string(servers_.size()); });
        sleep_ns(2'000'000);
    }
    return {};
}

std::optional<std::string> server_fleet::ended()
{
    for (const auto& each : servers_) {
        if (const auto code = each->exit_code()) {
            const auto message = last_line(log_);
            return "server process " + std::to_string(each->pid()) + " ended with " + std::to_string(*code) +
                   (message.empty() ? "" : ": " + message);
        }
    }
    return std::nullopt;
}

} // namespace bench
