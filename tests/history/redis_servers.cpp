#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "history/child_process.hpp"
#include "history/log_servers.hpp"
#include "history/proxy_group.hpp"
#include "history/server_command.hpp"

namespace history {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_time = 1'000ms;

/// A Redis server with an append-only file.
class redis_process
{
public:
    redis_process(const std::string& directory, const std::string& name, std::uint16_t primary = 0)
        : port_(rill_test::free_port()),
          process_(command(directory + '/' + name, primary), directory + '/' + name + ".log")
    {
        std::filesystem::create_directories(directory + '/' + name);
        start();
        process_.wait_until_listening(port_);
    }

    std::uint16_t port() const noexcept { return port_; }
    void start() { process_.start(); }
    void kill() { process_.kill(); }
    bool runs() const noexcept { return process_.pid() > 0; }
    void signal(int number) const { process_.signal(number); }
    void limit_memory(bool limited) const
    {
        ask(port_, limited ? "CONFIG SET maxmemory 1" : "CONFIG SET maxmemory 0", answer_time);
    }

private:
    std::vector<std::string> command(const std::string& directory, std::uint16_t primary) const
    {
        std::vector<std::string> c{"redis-server",
                                   "--bind",
                                   "127.0.0.1",
                                   "--port",
                                   std::to_string(port_),
                                   "--dir",
                                   directory,
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "yes",
                                   "--daemonize",
                                   "no",
                                   "--repl-diskless-sync-delay",
                                   "0"};
        if (primary != 0) {
            c.insert(c.end(), {"--replicaof", "127.0.0.1", std::to_string(primary)});
        }
        return c;
    }

    std::uint16_t port_;
    child_process process_;
};

/// One Redis server behind proxies.
class single_redis final : public log_servers
{
public:
    explicit single_redis(const log_options& options)
        : server_(options.directory, "redis"), proxies_(options.nodes, {server_.port()}), nodes_(options.nodes)
    {}

    std::string store(std::size_t node) const override
    {
        return "redis://127.0.0.1:" + std::to_string(proxies_.port(node, 0)) + "/0";
    }
    std::vector<fault_kind> faults() const override
    {
        return {{"kill redis", 100ms, 1'500ms},
                {"stop redis", 200ms, 2'500ms},
                {"partition", 300ms, 3'000ms},
                {"full memory", 300ms, 2'000ms}};
    }

    void begin(const fault& f) override
    {
        if (f.name == "kill redis") {
            server_.kill();
        } else if (f.name == "stop redis") {
            server_.signal(SIGSTOP);
        } else if (f.name == "full memory") {
            server_.limit_memory(true);
        } else if (f.choice % 4 == 0) {
            proxies_.partition_server(0);
        } else {
            proxies_.partition_node(f.choice % nodes_);
        }
    }

    void end(const fault& f) override
    {
        if (f.name == "kill redis") {
            server_.start();
        } else if (f.name == "stop redis") {
            server_.signal(SIGCONT);
        } else if (f.name == "full memory") {
            server_.limit_memory(false);
        } else {
            proxies_.heal(f.choice % 2 == 0);
        }
    }

private:
    redis_process server_;
    proxy_group proxies_;
    std::size_t nodes_;
};

/// A primary with two replicas, and three Sentinels.
class sentinel_redis final : public log_servers
{
public:
    explicit sentinel_redis(const log_options& options)
    {
        servers_[0] = std::make_unique<redis_process>(options.directory, "redis0");
        for (std::size_t i = 1; i < servers_.size(); ++i) {
            servers_[i] =
                std::make_unique<redis_process>(options.directory, "redis" + std::to_string(i), servers_[0]->port());
        }
        // A Sentinel looks for replicas when it starts, and then only every ten seconds.
        wait_for({servers_[0]->port()}, "INFO replication", "connected_slaves:2");
        for (std::size_t i = 0; i < sentinels_.size(); ++i) {
            start_sentinel(options.directory, i);
        }
        wait_for({sentinel_ports_.begin(), sentinel_ports_.end()}, "INFO sentinel", "slaves=2,sentinels=3");
    }

    std::string store(std::size_t) const override
    {
        std::string hosts;
        for (const auto port : sentinel_ports_) {
            hosts += (hosts.empty() ? "" : ",") + ("127.0.0.1:" + std::to_string(port));
        }
        return "redis+sentinel://" + hosts + "/main";
    }
    std::vector<fault_kind> faults() const override
    {
        return {{"kill primary", 2'500ms, 4'000ms},
                {"kill primary with late replicas", 2'500ms, 4'000ms},
                {"stop primary", 2'500ms, 4'000ms},
                {"full memory", 300ms, 1'500ms}};
    }

    void begin(const fault& f) override
    {
        harmed_ = primary();
        auto& server = *servers_[harmed_];
        if (f.name == "full memory") {
            server.limit_memory(true);
        } else if (f.name == "stop primary") {
            server.signal(SIGSTOP);
        } else if (f.name == "kill primary") {
            server.kill();
        } else {
            signal_replicas(SIGSTOP);
            std::this_thread::sleep_for(300ms); // the primary acknowledges events that its replicas do not get
            server.kill();
            signal_replicas(SIGCONT);
        }
    }

    void end(const fault& f) override
    {
        auto& server = *servers_[harmed_];
        if (f.name == "full memory") {
            server.limit_memory(false);
        } else if (f.name == "stop primary") {
            server.signal(SIGCONT);
        } else {
            server.start();
        }
    }

    // A primary that was replaced accepts events for about 10 s, until a Sentinel demotes it, and then loses them.
    bool wait_until_settled(milliseconds time) override
    {
        const auto deadline = std::chrono::steady_clock::now() + time;
        while (!is_settled()) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            std::this_thread::sleep_for(50ms);
        }
        return true;
    }

private:
    bool is_settled() const
    {
        const auto port = std::to_string(servers_[primary()]->port());
        return std::ranges::all_of(
                   sentinel_ports_,
                   [&](std::uint16_t sentinel) { return primary_of(sentinel).ends_with("\n" + port); }) &&
               std::ranges::all_of(servers_, [&](const auto& server) {
                   const auto info = ask(server->port(), "INFO replication", answer_time);
                   return std::to_string(server->port()) == port
                              ? info.find("role:master") != info.npos
                              : info.find("master_port:" + port + "\r\nmaster_link_status:up") != info.npos;
               });
    }

    void start_sentinel(const std::string& directory, std::size_t i)
    {
        sentinel_ports_[i] = rill_test::free_port();
        const auto file = directory + "/sentinel" + std::to_string(i) + ".conf";
        std::ofstream(file) << "port " << sentinel_ports_[i] << "\nbind 127.0.0.1\ndir " << directory
                            << "\nsentinel monitor main 127.0.0.1 " << servers_[0]->port()
                            << " 2\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n";
        sentinels_[i] = std::make_unique<child_process>(std::vector<std::string>{"redis-server", file, "--sentinel"},
                                                        directory + "/sentinel" + std::to_string(i) + ".log");
        sentinels_[i]->start();
        sentinels_[i]->wait_until_listening(sentinel_ports_[i]);
    }

    static void wait_for(const std::vector<std::uint16_t>& ports, std::string_view question, std::string_view answer)
    {
        for (int i = 0; i < 600; ++i) {
            if (std::ranges::all_of(ports, [&](std::uint16_t port) {
                    return ask(port, question, answer_time).find(answer) != std::string::npos;
                }))
            {
                return;
            }
            std::this_thread::sleep_for(50ms);
        }
        throw std::runtime_error("Redis does not report " + std::string(answer));
    }

    /// The port of the primary that this Sentinel names, in an answer of Redis without its end.
    static std::string primary_of(std::uint16_t sentinel)
    {
        auto answer = ask(sentinel, "SENTINEL get-master-addr-by-name main", answer_time);
        return answer.substr(0, answer.find_last_not_of("\r\n") + 1);
    }

    std::size_t primary() const
    {
        const auto answer = primary_of(sentinel_ports_[0]);
        for (std::size_t i = 0; i < servers_.size(); ++i) {
            if (answer.ends_with("\n" + std::to_string(servers_[i]->port()))) {
                return i;
            }
        }
        return 0;
    }

    void signal_replicas(int number) const
    {
        for (std::size_t i = 0; i < servers_.size(); ++i) {
            if (i != harmed_) {
                servers_[i]->signal(number);
            }
        }
    }

    std::array<std::unique_ptr<redis_process>, 3> servers_;
    std::array<std::uint16_t, 3> sentinel_ports_{};
    std::array<std::unique_ptr<child_process>, 3> sentinels_;
    std::size_t harmed_ = 0;
};

} // namespace

std::unique_ptr<log_servers> make_redis_server(const log_options& options)
{
    return std::make_unique<single_redis>(options);
}

std::unique_ptr<log_servers> make_redis_sentinels(const log_options& options)
{
    return std::make_unique<sentinel_redis>(options);
}

} // namespace history
