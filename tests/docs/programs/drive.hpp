#pragma once

// Runs the examples of the documentation. A program of this directory contains the C++ of one or more pages. The
// examples come first, as regions in the global namespace, after the lines of [includes] in handlers.cpp. Then follow
// the include of this file and the code that calls the examples and checks the responses. No page shows that code.
//
// To add an example:
// 1. Write its region before `#include "docs/programs/drive.hpp"` of a program. A new program begins with the lines of
//    [includes] in handlers.cpp, and is added to the list after rill_docs_program() in tests/CMakeLists.txt. The region
//    contains the bodies of its helper functions, and the #include of each header that is not in [includes]. Add the
//    same block to the page, below a comment that names the program. update_pages.py updates such blocks,
//    check_snippets.sh compares them, and pasted.sh compiles them.
// 2. Call it after the include. Use `drive::served` for routes, `drive::serving` for functions that call rill::serve(),
//    and `drive::beside_main` for an example with a main(). `drive::heard` contains its output on std::clog. Check a
//    response of every handler, the first events of every stream, and that shutdown ends the stream (`ends()` after
//    `begin_stop()`).
// 3. Build and run it under ASan: `ninja -C build/asan tests/docs_<program>`, then
//    `ctest --test-dir build/asan -R docs_<program>`.

#include <arpa/inet.h>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <iostream>
#include <mutex>
#include <netinet/in.h>
#include <rill/server/server.hpp>
#include <source_location>
#include <sstream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "support/client.hpp"

namespace drive {

using rill_test::client;

inline std::atomic<int> failures{0};

inline void fail(const std::string& what, std::source_location at = std::source_location::current())
{
    ++failures;
    std::fprintf(stderr, "%s:%u: %s\n", at.file_name(), static_cast<unsigned>(at.line()), what.c_str());
}

inline void check(bool holds, std::string_view what, std::source_location at = std::source_location::current())
{
    if (!holds) {
        fail("failed: " + std::string(what), at);
    }
}

template <class Actual, class Expected>
void equal(const Actual& actual, const Expected& expected, std::source_location at = std::source_location::current())
{
    if (!(actual == expected)) {
        std::ostringstream text;
        text << "is [" << actual << "], should be [" << expected << ']';
        fail(text.str(), at);
    }
}

inline void contains(const std::string& text, const std::string& part,
                     std::source_location at = std::source_location::current())
{
    if (text.find(part) == text.npos) {
        fail("is [" + text + "], should contain [" + part + ']', at);
    }
}

/// Returns the data of the next event of the stream.
inline std::string next_data(client& from, std::source_location at = std::source_location::current())
{
    const auto event = from.event();
    if (!event) {
        fail("the stream has ended, an event was expected", at);
        return {};
    }
    return event->data;
}

/// Reads the remaining events and disconnects. The stream must end cleanly. client::event() throws if the stream
/// ends without its last chunk.
inline void ends(client& stream)
{
    while (stream.event()) {
    }
    stream.hang_up(); // the server waits at most a second for the disconnect
}

/// Records the output of the examples on std::clog, from any thread. Create it before the servers.
class heard : private std::streambuf
{
public:
    heard() : before_(std::clog.rdbuf(this)) {}
    heard(const heard&) = delete;
    heard& operator=(const heard&) = delete;
    ~heard() override { std::clog.rdbuf(before_); }

    /// Waits until the output contains the text.
    void wait_for(const std::string& text, std::source_location at = std::source_location::current())
    {
        std::unique_lock lock(mutex_);
        if (!more_.wait_for(lock, client::patience, [&] { return text_.find(text) != text_.npos; })) {
            fail("[" + text + "] is not written, but [" + text_ + ']', at);
        }
    }

private:
    int_type overflow(int_type c) override
    {
        const auto byte = traits_type::to_char_type(c);
        xsputn(&byte, 1);
        return c;
    }
    std::streamsize xsputn(const char* bytes, std::streamsize count) override
    {
        const std::lock_guard lock(mutex_);
        text_.append(bytes, static_cast<std::size_t>(count));
        more_.notify_all();
        return count;
    }

    std::mutex mutex_;
    std::condition_variable more_;
    std::string text_;
    std::streambuf* before_;
};

inline void guarded(const std::function<void()>& f)
try {
    f();
} catch (const std::exception& e) {
    fail(std::string("exception: ") + e.what());
}

/// Runs `f`, and returns the exit code for main().
inline int verdict(const std::function<void()>& f)
{
    guarded(f);
    return failures == 0 ? 0 : 1;
}

/// Serves an application on a free port, in its own thread.
class served
{
public:
    explicit served(rill::handler app, rill::server_options options = {})
        : server_(std::move(app), on_free_port(std::move(options)))
    {
        if (const auto listening = server_.listen(); !listening) {
            throw std::runtime_error("the server cannot listen");
        }
        thread_ = std::thread([this] { server_.run(); });
    }
    served(const served&) = delete;
    served& operator=(const served&) = delete;
    ~served()
    {
        begin_stop();
        thread_.join();
    }

    /// Begins the shutdown and returns immediately.
    void begin_stop() { server_.stop(); }

    std::uint16_t port() const noexcept { return server_.port(); }

private:
    static rill::server_options on_free_port(rill::server_options options)
    {
        options.host = "127.0.0.1";
        options.port = 0;
        return options;
    }

    rill::server server_;
    std::thread thread_;
};

/// Makes the next rill::serve() of this process listen on a free port instead of the port in its options. It passes a
/// socket as systemd does. Use it for one server at a time, and before any `served`, because the descriptor must be 3.
/// @return the port
inline std::uint16_t pass_socket()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (socket < 0 || ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(socket, 64) != 0 || ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    {
        throw std::runtime_error("no listening socket");
    }
    if (socket != 3 && (::dup2(socket, 3) != 3 || ::close(socket) != 0)) {
        throw std::runtime_error("the socket cannot be descriptor 3");
    }
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    return ntohs(address.sin_port);
}

/// Sends SIGTERM to this process. Call it only after rill::serve() has answered a request. Before that, nothing
/// handles the signal.
inline void terminate()
{
    static_cast<void>(::kill(::getpid(), SIGTERM));
}

/// Runs a function that calls rill::serve() in its own thread, and checks that it returns 0.
class serving
{
public:
    explicit serving(std::function<int()> serve) : port_(pass_socket())
    {
        thread_ = std::thread([this, serve = std::move(serve)] { guarded([&] { result_ = serve(); }); });
        guarded([this] { client(port_).get("/no-such-page"); });
    }
    serving(const serving&) = delete;
    serving& operator=(const serving&) = delete;
    ~serving()
    {
        begin_stop();
        thread_.join();
        equal(result_, 0);
    }

    /// Begins the shutdown and returns immediately.
    void begin_stop()
    {
        if (!std::exchange(stopped_, true)) { // a second signal would end the process
            terminate();
        }
    }

    std::uint16_t port() const noexcept { return port_; }

private:
    std::uint16_t port_;
    bool stopped_ = false;
    int result_ = -1;
    std::thread thread_;
};

/// A global object for an example that is a complete program. Its thread is the client of the server in main(). After
/// main() it sets the exit code to 1 if a check has failed.
class beside_main
{
public:
    /// @param use gets the port, and a function that begins the shutdown. Without a call the shutdown begins after
    /// `use`.
    explicit beside_main(std::function<void(std::uint16_t port, const std::function<void()>& begin_stop)> use)
        : port_(pass_socket())
    {
        thread_ = std::thread([this, use = std::move(use)] {
            bool stopped = false;
            const auto begin_stop = [&] {
                if (!std::exchange(stopped, true)) {
                    terminate();
                }
            };
            guarded([&] {
                client(port_).get("/no-such-page"); // from now on SIGTERM is handled
                use(port_, begin_stop);
            });
            begin_stop();
        });
    }
    beside_main(const beside_main&) = delete;
    beside_main& operator=(const beside_main&) = delete;
    ~beside_main()
    {
        thread_.join();
        if (failures != 0) {
            std::_Exit(1);
        }
    }

private:
    std::uint16_t port_;
    std::thread thread_;
};

} // namespace drive
