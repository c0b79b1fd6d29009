#pragma once

// Runs the examples of the documentation. A program of this directory holds the C++ of one page, or of neighboring
// chapters: first the snippets as regions, in the order of the page and in the global namespace, behind nothing but the
// lines that the page names; then, below the include of this file, the code that calls them and checks the answers.
// What the page does not show stands only below that include.
//
// To add an example:
// 1. Write its region above `#include "docs/programs/drive.hpp"` of the program of its chapter, or of a new one that
//    begins with the lines of handlers.cpp's [includes] and is added to the list behind rill_docs_program() in
//    tests/CMakeLists.txt. A helper has its body, and a header beyond [includes] its #include, inside the region. Let
//    the page show the same, below a comment that names the program: check_snippets.sh compares, pasted.sh compiles
//    what the page shows.
// 2. Call it below the include: routes into `drive::served`, functions that call rill::serve() into `drive::serving`, a
//    snippet with a main() into `drive::beside_main`; `drive::heard` has what it writes to std::clog. Check an answer
//    of every handler, the first events of every stream, and that shutdown ends the stream (`ends()` after
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

/// The data of the stream's next event.
inline std::string next_data(client& from, std::source_location at = std::source_location::current())
{
    const auto event = from.event();
    if (!event) {
        fail("the stream has ended, an event was expected", at);
        return {};
    }
    return event->data;
}

/// Reads on and hangs up. The stream must come to its proper end: client::event() throws when it breaks.
inline void ends(client& stream)
{
    while (stream.event()) {
    }
    stream.hang_up(); // the server waits for that, for a second at most
}

/// What the examples write to std::clog, from any thread, while it lives. It is older than the servers that it hears.
class heard : private std::streambuf
{
public:
    heard() : before_(std::clog.rdbuf(this)) {}
    heard(const heard&) = delete;
    heard& operator=(const heard&) = delete;
    ~heard() override { std::clog.rdbuf(before_); }

    /// Waits until this has been written.
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

/// The result of a program's main().
inline int verdict(const std::function<void()>& f)
{
    guarded(f);
    return failures == 0 ? 0 : 1;
}

/// An application on a free port, in a thread of its own.
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

    /// Begins the drain and returns at once.
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

/// Makes the next rill::serve() of this process listen on a free port, whatever port its options name: passes a socket
/// as systemd does. One such server at a time, and before any `served`, as the descriptor must be 3.
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

/// Sends SIGTERM, as an operator does. Only while rill::serve() runs in this process and has answered something: until
/// then nothing handles the signal.
inline void terminate()
{
    static_cast<void>(::kill(::getpid(), SIGTERM));
}

/// A function that calls rill::serve() and returns its result, in a thread of its own.
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

    /// Begins the drain and returns at once.
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

/// For a snippet that is a whole program: a global object whose thread is the client of the server that main() runs.
/// After main() it makes the exit code 1 if a check has failed.
class beside_main
{
public:
    /// @param use gets the port, and a function that begins the shutdown; after `use` it is begun anyway
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
                client(port_).get("/no-such-page"); // from here on SIGTERM is handled
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
