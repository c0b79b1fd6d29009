#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>

// [nats-channel]
#include <memory>
#include <rill/nats.hpp>

rill::pubsub::channel open_news()
{
    rill::nats::backplane_options store;
    store.servers = {"127.0.0.1:4222"};
    store.stream = "NEWS";
    store.replicas = 1; // 3 for a cluster of at least three servers
    store.log = [](rill::log_level, std::string_view line) { std::clog << line << '\n'; };
    return rill::pubsub::channel({}, std::make_shared<rill::nats::backplane>(store));
}
// [nats-channel]

#include "docs/programs/drive.hpp"

// No server may listen on the default port, so the program only creates the channel, and publishes without waiting.
int main()
{
    const auto channel = open_news();
    if (!channel.publish({.data = "waits for the connection"})) {
        return 1;
    }
    return 0;
}
