#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "history/link_proxy.hpp"
#include "support/test_ports.hpp"

namespace history {

/// A proxy between each rill process and each server of the log, in a thread of its own.
class proxy_group
{
public:
    proxy_group(std::size_t nodes, const std::vector<std::uint16_t>& servers)
        : servers_(servers.size()), work_(context_->get_executor())
    {
        for (std::size_t i = 0; i < nodes * servers_; ++i) {
            proxies_.push_back(std::make_unique<link_proxy>(*context_, rill_test::free_port(), servers[i % servers_]));
        }
        thread_ = std::thread([this] { context_->run(); });
    }
    proxy_group(const proxy_group&) = delete;
    proxy_group& operator=(const proxy_group&) = delete;
    ~proxy_group()
    {
        context_->stop();
        thread_.join();
        proxies_.clear(); // before the context of their sockets
    }

    std::uint16_t port(std::size_t node, std::size_t server) const { return proxy(node, server).port(); }

    void partition_node(std::size_t node)
    {
        for (std::size_t server = 0; server < servers_; ++server) {
            call([&] { proxy(node, server).partition(); });
        }
    }
    void partition_server(std::size_t server)
    {
        for (std::size_t node = 0; node < proxies_.size() / servers_; ++node) {
            call([&] { proxy(node, server).partition(); });
        }
    }
    void heal(bool resets)
    {
        call([&] {
            for (const auto& each : proxies_) {
                each->heal(resets);
            }
        });
    }

private:
    link_proxy& proxy(std::size_t node, std::size_t server) const { return *proxies_[node * servers_ + server]; }

    template <class F>
    void call(F f)
    {
        std::packaged_task<void()> task(std::move(f));
        auto done = task.get_future();
        boost::asio::post(*context_, [&task] { task(); });
        done.get();
    }

    std::size_t servers_;
    std::vector<std::unique_ptr<link_proxy>> proxies_;
    std::unique_ptr<boost::asio::io_context> context_ = std::make_unique<boost::asio::io_context>(1);
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

} // namespace history
