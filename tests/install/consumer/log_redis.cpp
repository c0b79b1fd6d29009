// A program with the log in Redis. Nothing listens on the port, so the append waits until the program ends.
#include <iostream>
#include <memory>
#include <rill/pubsub.hpp>
#include <rill/redis.hpp>

int main()
{
    auto options = rill::redis::parse_url("redis://127.0.0.1:1/0?key=consumer");
    rill::pubsub::channel news({}, std::make_shared<rill::redis::backplane>(std::move(*options)));
    std::cout << "redis: " << (news.publish("x") ? "waits" : "refused") << '\n';
}
