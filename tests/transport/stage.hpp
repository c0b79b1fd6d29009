#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <linux/sockios.h>
#include <rill/core/shutdown_signal.hpp>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <vector>

#include "support/loopback.hpp"
#include "transport/http1_connection.hpp"
#include "transport/stream_socket.hpp"

namespace rill_test {

using namespace std::chrono_literals;

/// A worker with connections, without a listener and without a thread. The test runs the event loop.
struct stage
{
    rill::handler app;
    rill::capacity_limits most;
    rill::transport::capacity shared_capacity{most};
    rill::connection_limits limits{};
    rill::observer events{};
    boost::asio::io_context io{1};
    rill::transport::worker_context worker{io, app, limits, events, &shared_capacity};
    std::vector<rill::close_reason> closed; ///< the reasons of ended streams
    std::string log;                        ///< one line per entry

    explicit stage(rill::handler handle, rill::capacity_limits capacity = {}) : app(std::move(handle)), most(capacity)
    {
        events.on_stream_closed = [this](const auto& stream) { closed.push_back(stream.reason); };
        events.log = [this](rill::log_level, std::string_view text) { log.append(text).append("\n"); };
    }

    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;

    /// Ends the connections as a worker does. Coroutines must not outlive the objects that they use.
    ~stage()
    {
        for (int i = 0; i < 100 && worker.connections() != 0; ++i) {
            worker.cancel_all();
            rill::shutdown_signal::of(io).request();
            worker.timers.abort_all();
            turn();
        }
    }

    void accept(loopback& pair)
    {
        BOOST_TEST(!rill::transport::http1_connection::start(worker, pair.release_server()));
    }

    /// Runs the event loop until the condition is true. Fails the test after 30 seconds.
    template <class Condition>
    void run_until(Condition condition)
    {
        const auto end = std::chrono::steady_clock::now() + 30s;
        bool holds = condition();
        while (!holds && std::chrono::steady_clock::now() < end) {
            io.restart();
            io.run_one_for(1ms);
            holds = condition();
        }
        BOOST_REQUIRE(holds);
    }

    /// Runs the ready handlers.
    void turn()
    {
        io.restart();
        io.poll();
    }

    /// Runs the ready handlers, advances the manual clock, and runs the ready handlers again. A timer may be a
    /// millisecond late.
    void pass(std::chrono::milliseconds time)
    {
        turn();
        worker.timers.advance(time);
        turn();
    }

    std::string run_until_received(const loopback& pair, std::string_view text)
    {
        std::string got;
        run_until([&] {
            std::array<char, 4096> buffer;
            const auto count = ::recv(pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT);
            got.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
            return got.find(text) != std::string::npos;
        });
        return got;
    }

    /// The last bytes of a connection, and whether it ended with a reset.
    struct rest
    {
        std::string text;
        bool reset = false;
    };
    rest run_until_end(const loopback& pair)
    {
        rest all;
        run_until([&] {
            std::array<char, 64UL * 1024> buffer;
            const auto count = ::recv(pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT);
            all.text.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
            all.reset = count < 0 && errno == ECONNRESET;
            return count == 0 || all.reset;
        });
        return all;
    }

    void run_until_gone()
    {
        run_until([this] { return worker.connections() == 0; });
    }

    /// Runs until all bytes that the client has sent are in the kernel of the server. With `is_read`, waits also until
    /// the connection has read them.
    void run_until_arrived(const loopback& pair, int server, bool is_read = true)
    {
        run_until([&] {
            int on_its_way = 0;
            return ::ioctl(pair.client, SIOCOUTQ, &on_its_way) == 0 && on_its_way == 0 &&
                   (!is_read || rill::transport::stream_socket(server).unread_bytes() == 0);
        });
        turn();
    }
};

/// Makes the socket buffers small, far below a megabyte.
inline void narrow(const loopback& pair)
{
    const int size = 16 * 1024;
    BOOST_REQUIRE(::setsockopt(pair.server, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
    BOOST_REQUIRE(::setsockopt(pair.client, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
}

/// Returns more bytes than fit into the socket buffers of a narrow connection.
inline std::string much()
{
    return std::string(4UL * 1024 * 1024, 'm');
}

inline std::string get(std::string_view path, std::string_view fields = {})
{
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

inline std::size_t count_of(std::string_view text, std::string_view what)
{
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

} // namespace rill_test
