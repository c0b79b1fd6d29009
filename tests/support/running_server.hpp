#pragma once

#include <boost/test/unit_test.hpp>
#include <rill/server/server.hpp>
#include <thread>

namespace rill_test {

/// A server on a free port of the loopback interface, in a thread of its own, for as long as the object lives.
class running_server
{
public:
    explicit running_server(rill::handler app, rill::server_options options = {})
        : server_(std::move(app), on_free_port(std::move(options)))
    {
        const auto listening = server_.listen();
        BOOST_REQUIRE_MESSAGE(listening, (listening ? "" : listening.error()));
        thread_ = std::thread([this] { server_.run(); });
    }
    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;
    ~running_server()
    {
        server_.stop();
        thread_.join();
    }

    std::uint16_t port() const noexcept { return server_.port(); }
    rill::server& server() noexcept { return server_; }

private:
    static rill::server_options on_free_port(rill::server_options options)
    {
        options.host = "127.0.0.1";
        options.port = 0;
        options.log_level = rill::log_level::warning;
        return options;
    }

    rill::server server_;
    std::thread thread_;
};

} // namespace rill_test
