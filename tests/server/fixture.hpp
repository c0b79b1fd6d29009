#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <dirent.h>
#include <rill/rill.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "support/client.hpp"
#include "support/connection.hpp"
#include "support/eventually.hpp"
#include "support/running_server.hpp"

// The common parts of the tests over real sockets: a server in its own thread, and clients that can misbehave.
namespace rill_test {

using namespace std::chrono_literals;

inline rill::server_options workers(unsigned count)
{
    rill::server_options options;
    options.threads = count;
    return options;
}

/// Sends a GET request and returns the body. A status other than 200 fails the test.
inline std::string fetch(const running_server& server, std::string_view target)
{
    client c(server.port());
    c.get(target);
    BOOST_TEST(c.status() == 200);
    return c.body();
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

/// An assertion for handlers. They run in the thread of the server and must not use Boost.Test. A failure becomes a
/// line in the log of the server.
inline void expect(bool holds)
{
    if (!holds) {
        throw std::runtime_error("a handler's expectation does not hold");
    }
}

/// A client that can misbehave. It reads raw bytes.
class raw_client : public connection
{
public:
    using connection::connection;

    void get(std::string_view target) { send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n"); }

    /// Reads until the received bytes contain `text`. Returns false at the end of the stream, or after 30 seconds even
    /// if heartbeats arrive.
    bool read_until(std::string_view text)
    {
        const auto end = std::chrono::steady_clock::now() + 30s;
        for (std::size_t from = 0; received_.find(text, from) == std::string::npos;) {
            from = received_.size() - std::min(received_.size(), text.size() - 1); // do not search the same bytes again
            if (std::chrono::steady_clock::now() > end || receive(received_) <= 0) {
                return false;
            }
        }
        return true;
    }
    /// Reads to the end of the connection. Returns false after a reset, or if nothing arrives for 30 seconds.
    bool read_to_end()
    {
        long count = 0;
        while ((count = receive(received_)) > 0) {
        }
        return count == 0;
    }
    const std::string& received() const { return received_; }
    void forget() { received_.clear(); }

private:
    std::string received_;
};

} // namespace rill_test
