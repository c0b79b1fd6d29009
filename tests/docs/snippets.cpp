// Examples that are not in a program of tests/docs/programs yet: compiled, not run. How to move one: programs/drive.hpp. The
// regions that no page names any more are there for those that do: all of this file goes when the last one is moved.

#include <rill/core/operators.hpp>
#include <rill/http/form.hpp>
#include <rill/http/json.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>

#include <rill/pubsub/metrics.hpp>
#include <rill/server/admin.hpp>
#include <rill/server/metrics.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/describe.hpp>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <system_error>

using namespace std::chrono_literals;

namespace guide {

std::string current_time();
std::string next_row();
std::string new_session_id(std::string_view user);
void end_session(std::string_view id);

// [minimal]
rill::awaitable<> clock(rill::sse::event_stream& stream)
{
    rill::interval every{2s};
    for (;;) {
        co_await every.tick();
        co_await stream.send({.data = current_time()});
    }
}

rill::router clock_app()
{
    rill::router app;
    app.get("/clock", rill::sse::endpoint(clock));
    app.get("/{path...}", rill::static_files("public"));
    return app;
}

int serve_clock()
{
    return rill::serve(clock_app, {.port = 8080});
}
// [minimal]

rill::awaitable<rill::response> find_user(rill::path<"id", int> id);

// [handlers]
rill::response version()
{
    return rill::response::text("1.0");
}

rill::awaitable<rill::response> slow(rill::request& r)
{
    co_await rill::sleep_for(100ms); // cancelled, if the client leaves
    co_return rill::response::text("you asked for " + std::string(r.path()));
}

rill::router routes()
{
    rill::router app;
    app.get("/version", version);
    app.get("/slow", slow);
    app.get("/users/{id:int}", find_user);
    app.get("/hello/{name}", [](rill::path<"name"> name) { return "hello, " + *name; });
    return app;
}
// [handlers]

// [json]
struct order
{
    std::string item;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (item, count))

// A body that is no JSON, or no order, is answered with 400, 415 or 422; the handler does not run.
rill::response place(rill::json<order> o, rill::query<"dry_run", bool, false> dry_run)
{
    return rill::json_response(boost::json::object{{"item", o->item}, {"placed", !*dry_run}});
}
// [json]

// [middleware]
rill::awaitable<rill::response> require_token(rill::request& r, const rill::handler& next)
{
    if (r.header("Authorization") != "Bearer sesame") {
        co_return rill::to_response( // instead of the handler
            {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}});
    }
    auto answer = co_await next(r);
    answer.header("Cache-Control", "private"); // after
    co_return answer;
}

rill::router protected_routes()
{
    rill::router admin;
    admin.use(require_token);
    admin.get("/version", version);

    rill::router app;
    app.use(rill::cors({}));
    app.mount("/admin", std::move(admin));
    app.get("/version", version, rill::timeout(5s)); // for one route
    return app;
}
// [middleware]

// [events]
rill::awaitable<> events(rill::sse::event_stream& stream)
{
    co_await stream.send("data and nothing else");
    co_await stream.send({.data = "two\nlines", .name = "note", .id = 7});
    const order tea{"tea", 2}; // on a line of its own: see "Compiler traps"
    co_await stream.send({.data = rill::to_json(tea), .name = "order"});
    co_await stream.send({.retry = 3s, .comment = "reconnect after three seconds"});

    const auto id = rill::sse::event_id::parse(current_time()); // text from outside may hold a line break
    if (id) {
        co_await stream.send({.data = "x", .id = *id});
    }
}
// [events]

// [expected]
rill::awaitable<> looks(rill::sse::event_stream& stream)
{
    rill::interval every{1s};
    for (;;) {
        co_await every.tick();
        const auto sent = co_await stream.send(next_row(), rill::as_expected);
        if (!sent) {
            std::clog << "ended: " << to_string(stream.reason()) << '\n'; // e.g. peer_closed
            co_return;
        }
    }
}
// [expected]

rill::awaitable<> follow(std::string source, rill::sse::event_stream& stream);

// [tasks]
rill::awaitable<> dashboard(rill::sse::event_stream& stream, std::vector<std::string> sources)
{
    co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
        for (const auto& source : sources) {
            if (!group.spawn(follow(source, stream))) { // 64 run already: see with_task_group()
                co_await stream.send({.comment = "too many sources"});
            }
        }
    });
} // none of them is left
// [tasks]

// [stop]
rill::awaitable<> polite(rill::sse::event_stream& stream)
{
    using namespace boost::asio::experimental::awaitable_operators;
    rill::interval every{1min};
    for (;;) {
        const auto first = co_await (every.tick() || stream.stopped());
        if (first.index() == 1) {
            break;
        }
        co_await stream.send(next_row());
    }
    co_await stream.send({.data = "see you", .name = "bye"});
}

auto polite_feed()
{
    return rill::sse::endpoint(polite, {.finish_on_shutdown = true});
}
// [stop]

// [background]
rill::awaitable<> publish_time(rill::pubsub::channel to)
{
    rill::interval every{1s};
    for (;;) {
        co_await every.tick();
        static_cast<void>(to.publish(current_time())); // it is good UTF-8
    }
}

int serve_time()
{
    const rill::pubsub::channel time;
    rill::router app;
    app.get("/time", rill::sse::endpoint(time));
    return rill::serve(std::move(app), {.background = {[time] { return publish_time(time); }}});
}
// [background]

rill::awaitable<> deliver(order o);

// [spawn]
rill::awaitable<rill::response> accept_order(rill::json<order> o)
{
    const auto worker = co_await boost::asio::this_coro::executor;
    if (!rill::spawn(worker, deliver(*o))) { // the server has ended, but for this handler
        co_return rill::to_response({.status = rill::status::service_unavailable});
    }
    co_return rill::response(rill::status::accepted);
}
// [spawn]

// [first-of-two]
rill::awaitable<> at_most_a_minute(rill::sse::event_stream& stream)
{
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (looks(stream) || rill::sleep_for(60s));
}
// [first-of-two]

// [rows]
rill::response export_rows()
{
    return rill::response::stream(
        [](rill::response_writer& out) -> rill::awaitable<> {
            for (int i = 0; i < 1'000'000; ++i) {
                co_await out.write(next_row()); // waits while the client is slower than we are
            }
        },
        "text/csv");
}
// [rows]

// [options]
int serve_with_options(rill::router app)
{
    rill::server_options options;
    options.host = "0.0.0.0";
    options.threads = 2;
    options.limits.body_bytes = 64 * 1024;
    options.limits.write_timeout = 5s;
    options.drain_timeout = 3s;
    options.observer.on_stream_closed = [](const rill::observer::stream_closed& closed) {
        std::clog << closed.id << ' ' << to_string(closed.reason) << ' ' << closed.duration.count() << " ms\n";
    };
    return rill::serve(std::move(app), options);
}
// [options]

// [capacity]
rill::server_options bounded()
{
    rill::server_options options;
    options.capacity.streams = 50'000;
    options.capacity.streams_per_address = 100;
    options.capacity.queued_bytes = 512UL * 1024 * 1024;
    options.capacity.refusal = rill::refusal::retry_event;
    return options;
}
// [capacity]

// [stream-or-json]
rill::router time_for_all()
{
    const rill::handler stream = rill::sse::endpoint(clock, {.headers = {{"Vary", "Accept"}}});
    rill::router app;
    app.get("/time", [stream](rill::request& r) -> rill::awaitable<rill::response> {
        if (rill::wants_event_stream(r)) {
            co_return co_await stream(r);
        }
        auto answer = rill::json_response(boost::json::object{{"time", current_time()}});
        answer.header("Vary", "Accept");
        co_return answer;
    });
    return app;
}
// [stream-or-json]

// [endpoint-options]
auto feed()
{
    return rill::sse::endpoint(clock, {.heartbeat = 10s,
                                       .retry = 2s,
                                       .write_timeout = 5s,
                                       .farewell = "event: bye\ndata:\n\n",
                                       .headers = {{"Access-Control-Allow-Origin", "*"}}});
}
// [endpoint-options]

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
        .replay = {.events = 10'000, .bytes = 8 * 1024 * 1024, .age = 10min},
        .history = rill::pubsub::everything, // a new page begins with the present price of each key
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
    app.post("/topics/{topic...}", rill::pubsub::publish_handler(hub, "sesame")); // for programs: all topics
    return app;
}

rill::pubsub::hub chat()
{
    return rill::pubsub::hub({
        .channel = {.history = 50},
        .idle = 1h,
        .authorise = [](const rill::request& r,
                        std::string_view topic) { return topic != "staff" || r.cookie("staff"); },
        .who = [](const rill::request& r) { return r.query_parameter("name").value_or(""); },
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
                     {"logs/*", {.replay = {.events = 50'000}, .slow = slow_policy::drop_oldest, .heartbeat = 5s}}},
    });
}
// [broadcast-by-topic]

// [broadcast-own-ids]
rill::pubsub::channel orders()
{
    using rill::pubsub::memory_backplane;
    return rill::pubsub::channel({}, std::make_shared<memory_backplane>(
                                         memory_backplane::settings{.ids = memory_backplane::id_source::publisher}));
}
// [broadcast-own-ids]

} // namespace guide

namespace operations {

// [operator]
rill::router operated(rill::router app, const rill::pubsub::channel& news)
{
    const auto more = [news](rill::metrics_writer& out) { write_metrics(out, news.stats(), "news"); };
    app.get("/metrics", rill::metrics({.more = more})); // for Prometheus
    app.get("/healthz", rill::healthz());               // 200 while the event loop comes round
    app.get("/readyz", rill::readyz());                 // 503 once the server is told to stop
    app.get("/streams", rill::streams());               // who is connected: only where outsiders can't ask
    return app;
}
// [operator]

// [proxies]
rill::router behind_proxies(rill::router app, std::string_view networks)
{
    // E.g. "127.0.0.1, 10.0.0.0/8". Throws std::invalid_argument for what is neither an address nor a network.
    const auto trusted = rill::trusted_proxies::parse(networks);
    app.use(rill::forwarded(trusted)); // remote_address() is the client's from here on
    return app;
}
// [proxies]

} // namespace operations
