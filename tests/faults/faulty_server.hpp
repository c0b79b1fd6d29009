#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <rill/pubsub.hpp>
#include <rill/server/server.hpp>
#include <string>
#include <thread>

#include "faults/exchange.hpp"

namespace rill_faults {

constexpr std::size_t much = 512UL * 1024;   // more than the kernel accepts at once
constexpr std::size_t file_size = 200'000;   // sent in more than one piece
constexpr std::chrono::hours long_enough{1}; // no timeout may end what a fault has blocked

/// A server in its own thread. Its system calls can fail.
class faulty_server
{
public:
    faulty_server(unsigned threads, report& told);
    faulty_server(const faulty_server&) = delete;
    faulty_server& operator=(const faulty_server&) = delete;
    ~faulty_server()
    {
        const watched scope;
        server_.reset();
    }

    explicit operator bool() const { return thread_.joinable(); }

    void begin_stop()
    {
        const watched scope;
        server_->stop();
    }
    void join() { thread_.join(); }

    rill::pubsub::channel& news() { return news_; }
    std::uint16_t port() const { return server_->port(); }
    std::size_t connections() const { return server_->connections(); }
    rill::server_stats stats() const { return server_->stats(); }

private:
    void start(rill::server_options options);

    report& told_;
    rill::pubsub::channel news_;
    std::mutex mutex_;
    std::map<std::uint64_t, std::string> targets_;
    std::unique_ptr<rill::server> server_;
    std::thread thread_;
};

} // namespace rill_faults
