// A program with the log in NATS. Nothing listens on the port, so the append waits until the program ends.
#include <iostream>
#include <memory>
#include <rill/nats.hpp>
#include <rill/pubsub.hpp>

int main()
{
    auto options = rill::nats::parse_url("nats://127.0.0.1:1/CONSUMER");
    rill::pubsub::channel news({}, std::make_shared<rill::nats::backplane>(std::move(*options)));
    std::cout << "nats: " << (news.publish("x") ? "waits" : "refused") << '\n';
}
