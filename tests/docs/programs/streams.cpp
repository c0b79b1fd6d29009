#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [events]
#include <rill/http/json.hpp>

rill::awaitable<> events(rill::sse::event_stream& stream, rill::query<"id"> from_outside)
{
    co_await stream.send("data and nothing else");
    co_await stream.send({.data = "two\nlines", .name = "note", .id = 7});
    co_await stream.send({.retry = 3s, .comment = "reconnect after three seconds"});

    const boost::json::object tea{{"item", "tea"}, {"count", 2}}; // on a line of its own, for g++ 12
    co_await stream.send({.data = rill::to_json(tea), .name = "order"});

    const auto id = rill::sse::event_id::parse(*from_outside); // it may contain a line break
    if (id) {
        co_await stream.send({.data = "x", .id = *id});
    }
}
// [events]

// [endpoint-options]
auto feed()
{
    return rill::sse::endpoint(events, {.heartbeat = 10s,
                                        .retry = 2s,
                                        .write_timeout = 5s,
                                        .farewell = "event: bye\ndata:\n\n",
                                        .headers = {{"Content-Security-Policy", "default-src 'none'"}},
                                        .cors = rill::middleware::cors()});
}
// [endpoint-options]

// [stream-or-json]
#include <ctime>

rill::awaitable<> send_time(rill::sse::event_stream& stream)
{
    rill::interval every{1s};
    for (;;) {
        co_await every.tick();
        co_await stream.send(std::to_string(std::time(nullptr)));
    }
}

rill::router time_for_all()
{
    const rill::handler stream = rill::sse::endpoint(send_time, {.headers = {{"Vary", "Accept"}}});
    rill::router app;
    app.get("/time", [stream](rill::request& r) -> rill::awaitable<rill::response> {
        if (rill::wants_event_stream(r)) {
            co_return co_await stream(r);
        }
        auto answer = rill::json_response(boost::json::object{{"time", std::time(nullptr)}});
        answer.set_header("Vary", "Accept");
        co_return answer;
    });
    return app;
}
// [stream-or-json]

// [expected]
rill::awaitable<> looks(rill::sse::event_stream& stream)
{
    rill::interval every{1s};
    for (int row = 1;; ++row) {
        auto done = co_await every.tick(rill::as_expected); // most disconnects happen during this wait
        if (done) {
            done = co_await stream.send("row " + std::to_string(row), rill::as_expected);
        }
        if (!done) {
            std::clog << "ended: " << to_string(stream.reason()) << '\n'; // e.g. peer_closed
            co_return;
        }
    }
}
// [expected]

// [first-of-two]
#include <rill/core/operators.hpp>

rill::awaitable<> at_most_a_minute(rill::sse::event_stream& stream)
{
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (looks(stream) || rill::sleep_for(60s));
}
// [first-of-two]

// [tasks]
rill::awaitable<> follow(std::string source, rill::sse::event_stream& stream)
{
    rill::interval every{1s};
    for (int row = 1;; ++row) {
        co_await every.tick();
        co_await stream.send(source + ' ' + std::to_string(row));
    }
}

rill::awaitable<> dashboard(rill::sse::event_stream& stream, std::vector<std::string> sources)
{
    co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
        for (const auto& source : sources) {
            if (!group.spawn(follow(source, stream))) { // 64 run already: see with_task_group()
                co_await stream.send({.comment = "too many sources"});
            }
        }
    });
} // all of them have ended
// [tasks]

// [stop]
#include <rill/core/operators.hpp>

rill::awaitable<> polite(rill::sse::event_stream& stream)
{
    using namespace boost::asio::experimental::awaitable_operators;
    rill::interval every{1s};
    for (;;) {
        const auto first = co_await (every.tick() || stream.stopped());
        if (first.index() == 1) {
            break;
        }
        co_await stream.send("still here");
    }
    co_await stream.send({.data = "see you", .name = "bye"});
}

auto polite_feed()
{
    return rill::sse::endpoint(polite, {.finish_on_shutdown = true});
}
// [stop]

// [background]
#include <ctime>

rill::awaitable<> publish_time(rill::pubsub::channel to)
{
    rill::interval every{1s};
    for (;;) {
        co_await every.tick();
        static_cast<void>(to.publish(std::to_string(std::time(nullptr)))); // the text is valid UTF-8
    }
}

int serve_time()
{
    const rill::pubsub::channel seconds;
    rill::router app;
    app.get("/time", rill::sse::endpoint(seconds));
    return rill::serve(std::move(app), {.background = {[seconds] { return publish_time(seconds); }}});
}
// [background]

// [spawn]
rill::awaitable<> deliver(std::string item)
{
    co_await rill::sleep_for(1s); // the client already has its response
    std::clog << item << " is delivered\n";
}

rill::awaitable<rill::response> accept_order(rill::path<"item"> item)
{
    const auto worker = co_await boost::asio::this_coro::executor;
    if (!rill::spawn(worker, deliver(*item))) { // the server has stopped
        co_return rill::to_response({.status = rill::status::service_unavailable});
    }
    co_return rill::response(rill::status::accepted);
}
// [spawn]

// [rows]
rill::response export_rows()
{
    return rill::response::stream(
        [](rill::response_writer& out) -> rill::awaitable<> {
            for (int i = 0; i < 1'000'000; ++i) {
                co_await out.write(std::to_string(i) + ",row\n"); // waits while the client reads too slowly
            }
        },
        "text/csv");
}
// [rows]

#include "docs/programs/drive.hpp"

namespace {

rill::router all_streams()
{
    rill::router app;
    app.get("/feed", feed());
    app.get("/looks", rill::sse::endpoint(looks));
    app.get("/minute", rill::sse::endpoint(at_most_a_minute));
    app.get("/tasks/{count:int}", rill::sse::endpoint([](rill::sse::event_stream& stream,
                                                         rill::path<"count", int> count) -> rill::awaitable<> {
                std::vector<std::string> sources;
                for (int i = 0; i < *count; ++i) {
                    sources.push_back("source" + std::to_string(i));
                }
                co_await dashboard(stream, sources);
            }));
    app.get("/polite", polite_feed());
    app.get("/rows", export_rows);
    return app;
}

void check_events(std::uint16_t port)
{
    drive::client stream(port);
    stream.get("/feed?id=abc");
    drive::equal(stream.header("access-control-allow-origin"), "*");
    const auto got = stream.events(4);
    drive::equal(got.size(), 4U);
    if (got.size() == 4) {
        drive::equal(got[0].data, "data and nothing else");
        drive::equal(got[1].data + '/' + got[1].name + '/' + got[1].id, "two\nlines/note/7");
        drive::equal(got[2].data + '/' + got[2].name, R"({"item":"tea","count":2}/order)");
        drive::equal(got[3].data + '/' + got[3].id, "x/abc");
    }
    drive::ends(stream);
    drive::equal(drive::client(port).get("/feed?id=a%0Ab").events(5).size(), 3U); // the event with that id is not sent
    const auto text = drive::client(port).get("/feed?id=abc").body();
    drive::check(text.find("retry: 3000\n") != text.npos, "the retry of the handler is sent");
}

void check_rows(std::uint16_t port)
{
    rill_test::connection slow(port, 4096);
    slow.send("GET /rows HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::string got;
    while (got.find("100,row\n") == got.npos && slow.receive(got) > 0) {
    }
    drive::check(got.find("\n0,row\n") != got.npos && got.find("100,row\n") != got.npos, "rows come");
    drive::check(got.find("text/csv") != got.npos, "as CSV");
} // the client disconnects while the handler waits

void check_time_for_all()
{
    drive::served app(time_for_all());
    drive::client one(app.port());
    drive::contains(one.get("/time", "Accept: application/json\r\n").body(), R"({"time":1)");
    drive::equal(one.header("vary"), "Accept");
    drive::equal(one.get("/time", "Accept: application/json, text/event-stream;q=0.5\r\n").header("content-type"),
                 "application/json");
    one.body();
    one.get("/time", "Accept: text/event-stream\r\n");
    drive::equal(one.header("content-type"), "text/event-stream");
    drive::equal(one.header("vary"), "Accept");
    drive::check(std::stoll(drive::next_data(one)) > 0, "the time is streamed");
    app.begin_stop();
    drive::ends(one);
}

void check_spawn()
{
    drive::heard heard;
    rill::router app;
    app.post("/orders/{item}", accept_order);
    drive::served server(std::move(app));
    drive::client one(server.port());
    drive::equal(one.request("POST", "/orders/tea").status(), 202);
    one.hang_up();
    heard.wait_for("tea is delivered\n");
}

void check_streams()
{
    drive::heard heard;
    drive::served app(all_streams());
    drive::client row(app.port());
    drive::client minute(app.port());
    drive::client tasks(app.port());
    drive::client many(app.port());
    drive::client polite(app.port());
    drive::client leaves(app.port());
    drive::client reader(app.port());
    row.get("/looks");
    minute.get("/minute");
    tasks.get("/tasks/2");
    many.get("/tasks/65");
    polite.get("/polite");
    leaves.get("/tasks/3");
    reader.get("/looks");

    check_events(app.port());
    check_rows(app.port());
    drive::equal(drive::next_data(row), "row 1");
    drive::equal(drive::next_data(minute), "row 1");
    drive::equal(drive::next_data(tasks), "source0 1");
    drive::equal(drive::next_data(tasks), "source1 1");
    drive::equal(many.events(64).size(), 64U);
    drive::equal(drive::next_data(polite), "still here");
    drive::equal(drive::next_data(leaves), "source0 1");
    leaves.hang_up();
    drive::equal(drive::next_data(reader), "row 1");
    reader.hang_up();
    heard.wait_for("ended: peer_closed\n");

    app.begin_stop();
    drive::ends(row);
    drive::ends(minute);
    drive::ends(tasks);
    drive::ends(many);
    auto last = polite.event();
    while (last && last->data == "still here") { // the clock may advance a second at any time
        last = polite.event();
    }
    drive::check(last && last->data == "see you" && last->name == "bye", "the polite stream ends as its handler wants");
    drive::ends(polite);
}

} // namespace

int main()
{
    return drive::verdict([] {
        drive::serving time(serve_time);
        drive::client seconds(time.port());
        seconds.get("/time");
        check_streams();
        check_time_for_all();
        check_spawn();
        const auto shown = std::stoll(drive::next_data(seconds));
        drive::check(shown <= std::time(nullptr) && shown > std::time(nullptr) - 60, "the present time is published");
        time.begin_stop();
        drive::ends(seconds);
    });
}
