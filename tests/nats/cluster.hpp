#pragma once

#include "nats/log_fixture.hpp"
#include <memory>
#include <string>
#include <vector>

namespace rill_test {

/// Three NATS servers that replicate their streams.
class nats_cluster
{
public:
    nats_cluster()
    {
        std::vector<std::uint16_t> routes;
        while (routes.size() < size) {
            routes.push_back(free_port());
        }
        for (std::size_t i = 0; i < size; ++i) {
            std::rotate(routes.begin(), routes.begin() + (i == 0 ? 0 : 1), routes.end());
            servers_.push_back(std::make_unique<nats_server>(
                nats_server::settings{.name = "n" + std::to_string(i), .routes = routes}));
        }
    }

    nats_server& operator[](std::size_t i) { return *servers_[i]; }

    rill::nats::backplane_options options() const
    {
        std::vector<std::string> urls;
        for (const auto& server : servers_) {
            urls.push_back(server->url());
        }
        auto made = quick_options(std::move(urls));
        made.replicas = size;
        return made;
    }

    /// Returns the server that leads the stream. Waits for the election.
    nats_server& leader()
    {
        std::string name;
        const bool elected = eventually([&] {
            try {
                name = read_leader();
            } catch (const std::runtime_error&) {
                return false;
            }
            return !name.empty();
        });
        for (const auto& server : servers_) {
            if (elected && server->name() == name) {
                return *server;
            }
        }
        throw std::runtime_error("the stream has no leader");
    }

private:
    static constexpr std::size_t size = 3;

    std::string read_leader() const
    {
        const auto info = request(*plain_session(options()), "$JS.API.STREAM.INFO.TEST");
        const auto& cluster = info.at("cluster").as_object();
        return cluster.contains("leader") ? std::string(cluster.at("leader").as_string()) : std::string();
    }

    std::vector<std::unique_ptr<nats_server>> servers_;
};

} // namespace rill_test
