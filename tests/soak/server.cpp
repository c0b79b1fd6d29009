#include "soak/server.hpp"

#include <memory>
#include <mutex>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>

#include "support/counted.hpp"

namespace rill_soak {

namespace {

using namespace std::chrono_literals;

/// The published events. They are numbered in order, even if both workers publish.
class feed
{
public:
    explicit feed(unsigned life) : life_(std::to_string(life)) {}

    rill::response publish()
    {
        const std::lock_guard lock(mutex_);
        const auto id = news.publish(life_ + ":" + std::to_string(last_ + 1));
        last_ += id ? 1 : 0;
        return id ? rill::response::text(*id) : rill::response(rill::status::internal_server_error);
    }
    std::uint64_t last()
    {
        const std::lock_guard lock(mutex_);
        return last_;
    }

    rill::pubsub::channel news{{.replay = {.max_events = 1000}}};

private:
    std::string life_;
    std::mutex mutex_;
    std::uint64_t last_ = 0;
};

auto handled(const rill::pubsub::channel& news)
{
    return [news](rill::sse::event_stream& stream) -> rill::awaitable<> {
        const rill_test::counted here;
        auto events = news.subscribe(stream.last_event_id());
        while (auto e = co_await events.next()) {
            co_await stream.send(e);
        }
    };
}

} // namespace

int serve(std::uint16_t port, unsigned life)
{
    feed f(life);
    std::unique_ptr<rill::server> server;
    rill::router app;
    app.get("/direct", rill::sse::endpoint(f.news));
    app.get("/handled", rill::sse::endpoint(handled(f.news)));
    app.post("/publish", [&f] { return f.publish(); });
    app.get("/load", [&] {
        return std::to_string(server->stats().streams) + " " + std::to_string(server->connections()) + " " +
               std::to_string(rill_test::counted::alive()) + " " + std::to_string(f.last());
    });
    rill::server_options options;
    options.port = port;
    options.threads = 2;
    options.drain_timeout = 2s;
    options.log_level = rill::log_level::warning;
    server = std::make_unique<rill::server>(std::move(app), options);
    if (const auto listening = server->listen(); !listening) {
        std::fprintf(stderr, "%s\n", listening.error().message().c_str());
        return 1;
    }
    if (const auto ran = server->run_until_signalled(); !ran) {
        std::fprintf(stderr, "%s\n", ran.error().message().c_str());
        return 1;
    }
    return rill_test::counted::alive() == 0 ? 0 : 2;
}

} // namespace rill_soak
