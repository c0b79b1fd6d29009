#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <dirent.h>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <rill/rill.hpp>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

// A server on a free port, in a thread of its own, and raw clients that can misbehave.
namespace rill_test {

using namespace std::chrono_literals;

/// Waits for a condition that another thread makes true; generous, so that a slow machine does not fail the test.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds limit = 30s)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

inline std::size_t open_descriptors()
{
    std::size_t count = 0;
    DIR* directory = ::opendir("/proc/self/fd");
    while (::readdir(directory) != nullptr) {
        ++count;
    }
    ::closedir(directory);
    return count;
}

class running_server
{
public:
    explicit running_server(rill::router app, rill::server_options options = {}) : server_(app, prepared(options))
    {
        const auto listening = server_.listen();
        BOOST_REQUIRE_MESSAGE(listening.has_value(), (listening ? "" : listening.error()));
        thread_ = std::thread([this] { server_.run(); });
    }
    ~running_server() { stop(); }

    void begin_stop() { server_.stop(); }
    void stop()
    {
        server_.stop();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    std::uint16_t port() const { return server_.port(); }
    std::size_t connections() const { return server_.connections(); }

    /// The reasons of the streams that have been closed so far.
    std::vector<rill::close_reason> reasons()
    {
        const std::lock_guard lock(mutex_);
        return reasons_;
    }
    std::string log()
    {
        const std::lock_guard lock(mutex_);
        return log_;
    }

private:
    rill::server_options prepared(rill::server_options options)
    {
        options.port = 0;
        options.observer.log = [this](rill::log_level level, std::string_view text) {
            if (level >= rill::log_level::warning) {
                const std::lock_guard lock(mutex_);
                log_.append(text).append("\n");
            }
        };
        options.observer.on_stream_closed = [this](const rill::observer::stream_closed& closed) {
            const std::lock_guard lock(mutex_);
            reasons_.push_back(closed.reason);
        };
        return options;
    }

    std::mutex mutex_;
    std::vector<rill::close_reason> reasons_;
    std::string log_;
    rill::server server_;
    std::thread thread_;
};

class client
{
public:
    /// @param receive_buffer in bytes; small to meet a full window soon, 0 for the default
    explicit client(std::uint16_t port, int receive_buffer = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        if (receive_buffer != 0) {
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        BOOST_REQUIRE_EQUAL(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() { close(); }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            BOOST_REQUIRE_GT(sent, 0);
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// As send(), for bytes that the server may refuse to take.
    void try_send(std::string_view bytes)
    {
        static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }

    void get(std::string_view target) { send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n"); }

    /// Reads until what has come holds `text`; false at the end of the stream or after 30 s.
    bool read_until(std::string_view text)
    {
        while (received_.find(text) == std::string::npos) {
            if (read_some() <= 0) {
                return false;
            }
        }
        return true;
    }
    /// Reads to the end; false when it was a reset, or did not come within 30 s.
    bool read_to_end()
    {
        long count = 0;
        while ((count = read_some()) > 0) {
        }
        return count == 0;
    }
    const std::string& received() const { return received_; }
    void forget() { received_.clear(); }

    void half_close() { ::shutdown(socket_, SHUT_WR); }
    void reset()
    {
        const linger now{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }
    void close()
    {
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }

private:
    long read_some()
    {
        pollfd readable{socket_, POLLIN, 0};
        if (::poll(&readable, 1, 30'000) != 1) {
            return -1;
        }
        char buffer[65536];
        const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
        if (count > 0) {
            received_.append(buffer, static_cast<std::size_t>(count));
        }
        return count;
    }

    int socket_;
    std::string received_;
};

} // namespace rill_test
