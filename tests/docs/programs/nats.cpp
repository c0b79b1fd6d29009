#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>

// [nats-channel]
#include <memory>
#include <rill/nats.hpp>
#include <syncstream>

rill::pubsub::channel open_news()
{
    rill::nats::backplane_options store;
    store.servers = {"127.0.0.1:4222"};
    store.stream = "NEWS";
    store.replicas = 1; // 3 for a cluster of at least three servers
    store.log = [](rill::log_level, std::string_view line) { std::osyncstream(std::clog) << line << '\n'; };
    return rill::pubsub::channel({}, std::make_shared<rill::nats::backplane>(store));
}
// [nats-channel]

#include "docs/programs/drive.hpp"

// A server on the default port may belong to somebody. Therefore the program only creates the channel if it has an
// argument.
int main(int argc, char**)
{
    if (argc > 1) {
        auto channel = open_news();
        return channel.publish({.data = "waits for the connection"}) ? 0 : 1;
    }
    return 0;
}
