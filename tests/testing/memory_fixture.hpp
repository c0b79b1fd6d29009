#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <string>
#include <vector>

#include "testing/memory_socket.hpp"
#include "transport/reactor.hpp"
#include "transport/stream_socket.hpp"

namespace rill_test {

/// A network with one connection and no server. The test calls the server's side like a connection.
struct memory_fixture
{
    explicit memory_fixture(const rill::testing::network_options& options = {}, const rill::testing::fault& faults = {})
        : network(options, faults)
    {
        rill::timer_service::of(io).use_manual_clock();
        network.use(io);
        client = std::make_shared<rill::testing::detail::memory_socket>(network);
        server = rill::transport::stream_socket(client->accept());
    }

    ~memory_fixture()
    {
        if (!client->closed_by_server()) {
            server.close();
        }
    }

    memory_fixture(const memory_fixture&) = delete;
    memory_fixture& operator=(const memory_fixture&) = delete;

    /// Begins to collect the reports.
    void watch() { static_cast<void>(reactor.add(server.descriptor(), this)); }

    /// Runs the event loop. Returns the reports of this turn.
    std::vector<rill::transport::readiness> turn()
    {
        reports.clear();
        io.restart();
        io.poll();
        return reports;
    }

    std::string read(std::size_t max = 1000)
    {
        std::string text(max, '\0');
        const auto count = server.read_some(text.data(), text.size());
        text.resize(count.value_or(0));
        return text;
    }

    boost::asio::io_context io{1};
    std::vector<rill::transport::readiness> reports;
    rill::transport::reactor reactor{io, [](void* target, rill::transport::readiness what) {
                                         static_cast<memory_fixture*>(target)->reports.push_back(what);
                                     }};
    rill::testing::detail::memory_network network;
    std::shared_ptr<rill::testing::detail::memory_socket> client;
    rill::transport::stream_socket server{-1};
};

} // namespace rill_test
