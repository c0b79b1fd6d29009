#include <iostream>
#include <memory>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

// [broadcast-channel]
rill::router dashboard(rill::pubsub::channel figures)
{
    rill::router app;
    app.get("/figures", rill::sse::endpoint(figures, {.retry = 1s})); // every stream gets every event
    app.post("/figures", [figures](rill::request& r) mutable {
        return figures.publish({.data = r.body(), .name = "figure"}); // the id; 500 without one
    });
    return app;
}
// [broadcast-channel]

// [broadcast-handler]
auto only_for(const rill::pubsub::channel& news)
{
    return [news](rill::sse::event_stream& stream, rill::query<"section"> section) -> rill::awaitable<> {
        auto events = news.subscribe(stream.last_event_id());
        co_await stream.send(events.position()); // a client that disconnects now can resume
        while (auto e = co_await events.next()) {
            if (e.kind() != rill::pubsub::event_kind::message || e.name() == *section) {
                co_await stream.send(e); // its bytes are shared, not copied
            }
        }
    };
}
// [broadcast-handler]

// [broadcast-options]
rill::pubsub::channel prices()
{
    return rill::pubsub::channel({
        .replay = {.max_events = 10'000, .max_bytes = 8 * 1024 * 1024, .max_age = 10min},
        .history = rill::pubsub::everything, // a new page begins with the current price of each key
        .slow = rill::pubsub::slow_policy::latest_per_key,
    });
}

void quote(rill::pubsub::channel& prices, std::string_view symbol, std::string_view price)
{
    const auto id = prices.publish(price, symbol); // from any thread
    if (!id) {
        std::clog << id.error().message() << '\n';
    }
}
// [broadcast-options]

// [broadcast-hub]
rill::router rooms(rill::pubsub::hub hub)
{
    rill::router app;
    app.get("/rooms/{topic}", rill::sse::endpoint(hub)); // one topic
    app.get("/events", rill::sse::endpoint(hub));        // ?topics=lobby,news/*
    app.post("/rooms/{topic}",
             [hub](rill::path<"topic"> room, rill::request& r) mutable { return hub.publish(*room, r.body()); });
    app.post("/topics/{topic...}", rill::pubsub::publish_handler(hub, "sesame")); // for programs, with a token
    return app;
}

rill::pubsub::hub chat()
{
    return rill::pubsub::hub({
        .channel = {.history = 50},
        .idle = 1h,
        .authorize = [](const rill::request& r,
                        std::string_view topic) { return topic != "staff" || r.cookie("staff"); },
        .subscriber_name = [](const rill::request& r) { return r.query_parameter("name").value_or(""); },
    });
}
// [broadcast-hub]

// [broadcast-by-topic]
rill::pubsub::hub machine()
{
    using rill::pubsub::slow_policy;
    return rill::pubsub::hub({
        .channel = {.heartbeat = 30s},
        .by_topic = {{"figures/**", {.history = rill::pubsub::everything, .slow = slow_policy::latest_per_key}},
                     {"logs/*", {.replay = {.max_events = 50'000}, .slow = slow_policy::drop_oldest, .heartbeat = 5s}}},
    });
}
// [broadcast-by-topic]

// [broadcast-presence]
rill::router doors(rill::pubsub::hub hub, rill::pubsub::presence here)
{
    const auto events = [hub, here](rill::sse::event_stream& stream, rill::path<"room"> room,
                                    rill::query<"name"> name) -> rill::awaitable<> {
        const auto entry = here.enter(*room, *name); // its destructor removes the name
        auto messages = hub.subscribe(*room, stream.last_event_id());
        while (auto e = co_await messages.next()) {
            co_await stream.send(e);
        }
    };
    rill::router app;
    app.get("/rooms/{room}", rill::sse::endpoint(events));
    app.get("/rooms/{room}/people",
            [here](rill::path<"room"> room) { return std::to_string(here.names(*room).size()) + " here\n"; });
    return app;
}

void run_presence(rill::server_options& options, rill::pubsub::presence here)
{
    options.background.emplace_back([here] { return here.run(); });
}
// [broadcast-presence]

// [broadcast-own-ids]
rill::pubsub::channel orders()
{
    using rill::pubsub::memory_backplane;
    return rill::pubsub::channel({}, std::make_shared<memory_backplane>(
                                         memory_backplane::settings{.ids = memory_backplane::id_source::publisher}));
}
// [broadcast-own-ids]

// [broadcast-acknowledged]
rill::router invoices(rill::pubsub::channel log)
{
    rill::router app;
    app.post("/invoices", [log](rill::request& r) mutable {
        const auto key = r.header("Idempotency-Key").value_or("");
        return log.publish_acknowledged({.data = r.body()}, {.idempotency_key = key}); // the id; 500 without one
    });
    return app;
}
// [broadcast-acknowledged]

#include "docs/programs/drive.hpp"

namespace {

void check_channel()
{
    drive::served app(dashboard(rill::pubsub::channel()));
    drive::client stream(app.port());
    stream.get("/figures");
    drive::client publisher(app.port());
    publisher.request("POST", "/figures", "", "42");
    drive::equal(publisher.status(), 200);
    const auto id = publisher.body();
    const auto event = stream.event();
    drive::check(event && event->data == "42" && event->name == "figure" && event->id == id, "what is posted comes");
    publisher.request("POST", "/figures", "", "\xff");
    drive::equal(publisher.status(), 500);

    drive::client late(app.port());
    late.get("/figures", "Last-Event-ID: 1\r\n");
    const auto gap = late.event();
    drive::check(gap && gap->name == "gap", "an unknown id gives a gap");
    app.begin_stop();
    drive::ends(stream);
    drive::ends(late);
}

void check_acknowledged()
{
    drive::served app(invoices(rill::pubsub::channel()));
    drive::client publisher(app.port());
    publisher.request("POST", "/invoices", "Idempotency-Key: k1\r\n", "42");
    drive::equal(publisher.status(), 200);
    const auto id = publisher.body();
    publisher.request("POST", "/invoices", "Idempotency-Key: k1\r\n", "42");
    drive::equal(publisher.body(), id);
    publisher.request("POST", "/invoices", "Idempotency-Key: k2\r\n", "42");
    drive::check(publisher.body() != id, "another key is another event");
    app.begin_stop();
}

void check_handler()
{
    rill::pubsub::channel news;
    rill::router app;
    app.get("/news", rill::sse::endpoint(only_for(news)));
    drive::served server(std::move(app));
    drive::client stream(server.port());
    const auto first = news.publish({.data = "rain", .name = "weather"});
    stream.get("/news?section=sport", "Last-Event-ID: " + *first + "\r\n");
    static_cast<void>(news.publish({.data = "storm", .name = "weather"}));
    static_cast<void>(news.publish({.data = "1:0", .name = "sport"}));
    drive::equal(drive::next_data(stream), "1:0");
    drive::equal(drive::client(server.port()).get("/news").status(), 400);
    server.begin_stop();
    drive::ends(stream);
}

void check_options()
{
    auto all = prices();
    quote(all, "ACME", "10");
    quote(all, "ACME", "11");
    quote(all, "BORK", "7");
    quote(all, "BORK", "\xff"); // logged
    rill::router app;
    app.get("/prices", rill::sse::endpoint(all));
    drive::served server(std::move(app));
    drive::client stream(server.port());
    stream.get("/prices");
    drive::equal(drive::next_data(stream), "11");
    drive::equal(drive::next_data(stream), "7");
    server.begin_stop();
    drive::ends(stream);
}

void check_hub()
{
    const auto hub = chat();
    drive::served app(rooms(hub));
    drive::client lobby(app.port());
    lobby.get("/rooms/lobby?name=ada");
    drive::client both(app.port());
    both.get("/events?topics=lobby,garden");
    drive::client one(app.port());
    drive::equal(one.request("POST", "/rooms/lobby", "", "hello").status(), 200);
    one.body();
    drive::equal(drive::next_data(lobby), "hello");
    drive::equal(drive::next_data(both), "hello");
    drive::equal(hub.names("lobby").size(), 1U);
    drive::equal(hub.names("lobby").front(), "ada");

    drive::equal(one.request("POST", "/topics/garden", "", "rain").status(), 401);
    one.body();
    one.request("POST", "/topics/garden", "Authorization: Bearer sesame\r\n", "rain");
    drive::check(one.status() < 300, "a program publishes");
    drive::equal(drive::next_data(both), "rain");

    drive::equal(drive::client(app.port()).get("/rooms/staff").status(), 403);
    drive::client staff(app.port());
    drive::equal(staff.get("/rooms/staff", "Cookie: staff=1\r\n").status(), 200);
    drive::equal(drive::client(app.port()).get("/events?topics=news/*").status(), 403); // the hub has only `authorize`
    app.begin_stop();
    drive::ends(lobby);
    drive::ends(both);
    drive::ends(staff);
}

void check_by_topic()
{
    auto hub = machine();
    for (const auto* topic : {"figures/cpu", "logs/a"}) {
        static_cast<void>(hub.publish(topic, "first", "key"));
        static_cast<void>(hub.publish(topic, "second", "key"));
    }
    rill::router app;
    app.get("/topics/{topic...}", rill::sse::endpoint(hub));
    drive::served server(std::move(app));
    drive::client figures(server.port());
    drive::client logs(server.port());
    figures.get("/topics/figures/cpu");
    logs.get("/topics/logs/a");
    static_cast<void>(hub.publish("logs/a", "third"));
    drive::equal(drive::next_data(figures), "second"); // the current value
    drive::equal(drive::next_data(logs), "third");     // no history
    server.begin_stop();
    drive::ends(figures);
    drive::ends(logs);
}

void check_presence()
{
    const auto log = std::make_shared<rill::pubsub::memory_backplane>();
    const auto serve_node = [&log] {
        const rill::pubsub::hub hub({}, log);
        const rill::pubsub::presence here(hub);
        rill::server_options options;
        run_presence(options, here);
        return std::make_unique<drive::served>(doors(hub, here), options);
    };
    const auto first = serve_node();
    const auto second = serve_node();
    drive::client ada(first->port());
    drive::equal(ada.get("/rooms/lobby?name=ada").status(), 200);
    drive::client bob(second->port());
    drive::equal(bob.get("/rooms/lobby?name=bob").status(), 200);
    for (const auto* node : {first.get(), second.get()}) { // the names arrive soon, but not at once
        std::string people;
        for (int turn = 0; turn < 1000 && people != "2 here\n"; ++turn) {
            std::this_thread::sleep_for(10ms);
            people = drive::client(node->port()).get("/rooms/lobby/people").body();
        }
        drive::equal(people, "2 here\n");
    }
    first->begin_stop();
    second->begin_stop();
    drive::ends(ada);
    drive::ends(bob);
}

void check_own_ids()
{
    auto all = orders();
    drive::check(!all.publish("no id"), "an event without an id is refused");
    drive::check(all.publish({.data = "tea", .id = 7}).has_value(), "an event with an id is taken");
    drive::check(!all.publish({.data = "tea", .id = 7}).has_value(), "ids rise");
    rill::router app;
    app.get("/orders", rill::sse::endpoint(all));
    drive::served server(std::move(app));
    drive::client stream(server.port());
    stream.get("/orders", "Last-Event-ID: 7\r\n");
    static_cast<void>(all.publish({.data = "coffee", .id = 9}));
    const auto event = stream.event();
    drive::check(event && event->data == "coffee" && event->id == "9", "the publisher's id comes");
    server.begin_stop();
    drive::ends(stream);
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_channel();
        check_acknowledged();
        check_handler();
        check_options();
        check_hub();
        check_by_topic();
        check_presence();
        check_own_ids();
    });
}
