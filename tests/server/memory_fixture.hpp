#pragma once

#include <rill/testing.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/fixture.hpp"

// The server and the client of fixture.hpp in memory and in virtual time, for tests that need no real socket.
namespace rill_test {

/// A server in memory: see rill::testing::server.
class memory_server
{
public:
    explicit memory_server(rill::handler app, rill::server_options options = {})
        : server_(std::move(app), with(std::move(options)))
    {}

    void begin_stop() { server_.begin_shut_down(); }
    void stop() { server_.shut_down(); }

    std::size_t connections() { return server_.connections(); }
    rill::server_stats stats() { return server_.stats(); }
    const std::vector<rill::close_reason>& reasons() { return server_.close_reasons(); }
    /// All warnings and errors of the log.
    std::string log() { return server_.log_text(); }

    /// Runs the server until the condition holds, for at most an hour of virtual time.
    bool reaches(const std::function<bool()>& condition) { return server_.run_until(condition); }

    /// Lets virtual time pass.
    void pass(std::chrono::milliseconds time) { server_.advance(time); }

    rill::testing::server& kit() noexcept { return server_; }

private:
    static rill::testing::options with(rill::server_options options)
    {
        rill::testing::options all;
        all.server = std::move(options);
        all.outside_wait = 1ms; // these applications use no threads
        return all;
    }

    rill::testing::server server_;
};

/// A client that can misbehave. It reads raw bytes.
class memory_client
{
public:
    explicit memory_client(memory_server& server) : server_(&server), connection_(server.kit().connect()) {}

    void send(std::string_view bytes) { connection_.send(bytes); }
    void get(std::string_view target) { send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n"); }

    /// Reads until what has come holds `text`; false at the end of the connection, or after an hour of virtual time.
    bool read_until(std::string_view text)
    {
        connection_.resume_reading();
        static_cast<void>(server_->reaches([&] { return has(text) || connection_.closed(); }));
        return has(text);
    }
    /// Reads to the end; false if it was a reset, or did not come within an hour of virtual time.
    bool read_to_end()
    {
        connection_.resume_reading();
        const bool ended = server_->reaches([&] { return connection_.closed(); }) || connection_.closed();
        received_ += connection_.receive();
        return ended && !connection_.was_reset();
    }
    /// Does not read until read_until() or read_to_end().
    void stop_reading() { connection_.stop_reading(); }
    /// Whether bytes have come.
    bool has_input() { return has("") && !received_.empty(); }
    const std::string& received() const noexcept { return received_; }
    void forget() { received_.clear(); }

    void close() { connection_.disconnect(); }
    void reset() { connection_.disconnect(rill::testing::departure::reset); }
    void half_close() { connection_.finish_sending(); }

private:
    bool has(std::string_view text)
    {
        received_ += connection_.receive();
        return received_.find(text) != std::string::npos;
    }

    memory_server* server_;
    rill::testing::connection connection_;
    std::string received_;
};

} // namespace rill_test
