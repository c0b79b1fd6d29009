#include <algorithm>
#include <csignal>
#include <filesystem>

#include "history/child_process.hpp"
#include "history/log_servers.hpp"
#include "history/proxy_group.hpp"

namespace history {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t nats_servers = 3;

std::vector<std::uint16_t> free_ports()
{
    std::vector<std::uint16_t> ports;
    for (std::size_t i = 0; i < nats_servers; ++i) {
        ports.push_back(rill_test::free_port());
    }
    return ports;
}

/// A cluster of three servers. Each server is behind proxies. A fault interrupts at most one server, so the other two
/// servers have a majority.
class nats_cluster final : public log_servers
{
public:
    explicit nats_cluster(const log_options& options)
        : nodes_(options.nodes), ports_(free_ports()), routes_(free_ports()), proxies_(options.nodes, ports_)
    {
        for (std::size_t i = 0; i < nats_servers; ++i) {
            const auto name = "nats" + std::to_string(i);
            const auto directory = options.directory + '/' + name;
            processes_.push_back(std::make_unique<child_process>(command(i, name, directory), directory + ".log"));
            processes_.back()->start();
        }
        for (std::size_t i = 0; i < nats_servers; ++i) {
            processes_[i]->wait_until_listening(ports_[i]);
        }
    }

    std::string store(std::size_t node) const override
    {
        std::string hosts;
        for (std::size_t i = 0; i < nats_servers; ++i) { // each process prefers another server
            hosts += (hosts.empty() ? "" : ",") +
                     ("127.0.0.1:" + std::to_string(proxies_.port(node, (node + i) % nats_servers)));
        }
        return "nats://" + hosts + "/history?replicas=3";
    }
    std::vector<fault_kind> faults() const override
    {
        return {{"kill nats", 300ms, 3'000ms},
                {"stop nats", 300ms, 4'000ms},
                {"partition rill", 300ms, 3'000ms},
                {"partition nats", 300ms, 3'000ms}};
    }

    void begin(const fault& f) override
    {
        const auto server = f.choice % nats_servers;
        if (f.name == "kill nats") {
            processes_[server]->kill();
        } else if (f.name == "stop nats") {
            processes_[server]->signal(SIGSTOP);
        } else if (f.name == "partition rill") {
            proxies_.partition_node(f.choice % nodes_);
        } else {
            proxies_.partition_server(server);
        }
    }

    void end(const fault& f) override
    {
        const auto server = f.choice % nats_servers;
        if (f.name == "kill nats") {
            processes_[server]->start();
        } else if (f.name == "stop nats") {
            processes_[server]->signal(SIGCONT);
        } else {
            proxies_.heal(f.choice % 2 == 0);
        }
    }

private:
    std::vector<std::string> command(std::size_t i, const std::string& name, const std::string& directory) const
    {
        std::string others;
        for (const auto port : routes_) {
            others += (others.empty() ? "" : ",") + ("nats://127.0.0.1:" + std::to_string(port));
        }
        return {"nats-server",
                "--addr",
                "127.0.0.1",
                "--port",
                std::to_string(ports_[i]),
                "--name",
                name,
                "--jetstream",
                "--store_dir",
                directory,
                "--cluster_name",
                "history",
                "--cluster",
                "nats://127.0.0.1:" + std::to_string(routes_[i]),
                "--no_advertise=true",
                "--routes",
                others};
    }

    std::size_t nodes_;
    std::vector<std::uint16_t> ports_;
    std::vector<std::uint16_t> routes_;
    proxy_group proxies_;
    std::vector<std::unique_ptr<child_process>> processes_;
};

} // namespace

std::unique_ptr<log_servers> make_nats_cluster(const log_options& options)
{
    return std::make_unique<nats_cluster>(options);
}

} // namespace history
