#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [follow]
#include <rill/client.hpp>

rill::awaitable<> follow(std::string url)
{
    rill::client::event_source source({.url = std::move(url)});
    while (auto e = co_await source.next()) {
        std::clog << e->id << ' ' << e->name << ' ' << e->data << '\n';
    }
    std::clog << source.end()->message() << '\n';
}
// [follow]

// [program]
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

void print_events(const std::string& url)
{
    boost::asio::io_context context;
    boost::asio::co_spawn(context, follow(url), [&context](const std::exception_ptr&) {
        context.stop(); // otherwise run() also waits for idle connections and their timers
    });
    context.run();
}
// [program]

// [reasons]
rill::awaitable<> follow_and_report(std::string url)
{
    rill::client::event_source_options options{.url = std::move(url), .max_attempts = 5};
    options.before_reconnect = [](const rill::client::reconnect& r) {
        std::clog << r.reason.message() << "; next attempt in " << r.wait.count() << " ms\n";
    };
    rill::client::event_source source(std::move(options));
    while (auto e = co_await source.next()) {
        if (const auto gap = e->gap()) {
            std::clog << "events after " << gap->requested << " are missing\n";
        } else if (const auto dropped = e->dropped()) {
            std::clog << dropped->count << " events are missing\n";
        } else {
            std::clog << e->data << '\n';
        }
    }
    const auto& end = *source.end();
    if (end.code != rill::client::errc::finished) { // finished: the server has sent 204
        std::clog << "failed: " << end.message() << '\n';
    }
}
// [reasons]

// [token]
rill::awaitable<std::string> fresh_token()
{
    co_return "t1"; // e.g. asks a server
}

rill::client::event_source answers(std::string url, std::string question)
{
    rill::client::event_source_options options{.url = std::move(url), .method = rill::verb::post};
    options.body = std::move(question);
    options.prepare = [](rill::client::request& r) -> rill::awaitable<rill::result<void>> {
        const auto token = co_await fresh_token();
        co_return r.headers.set("Authorization", "Bearer " + token);
    };
    return rill::client::event_source(std::move(options));
}
// [token]

// [get]
rill::awaitable<std::string> page_of(rill::client::http client, std::string url)
{
    auto response = co_await client.get(std::move(url));
    if (!response) {
        co_return response.error().message(); // e.g. "connect 127.0.0.1:8080: Connection refused"
    }
    const auto body = co_await response->read_all();
    co_return body ? std::to_string(response->status()) + ": " + *body : body.error().message();
}
// [get]

// [body]
rill::awaitable<unsigned> order_tea(rill::client::http client, std::string url)
{
    const auto response = co_await client.post(std::move(url), R"({"item":"tea"})", "application/json");
    co_return response ? response->status() : 0;
}

rill::awaitable<unsigned> change_order(rill::client::http client, std::string url)
{
    rill::client::request request(std::move(url), rill::verb::put, R"({"item":"tea","count":2})");
    const auto set = request.headers.set("Content-Type", "application/json");
    if (!set) { // the value contains e.g. CR or LF
        co_return 0;
    }
    const auto response = co_await client.send(std::move(request));
    co_return response ? response->status() : 0;
}
// [body]

// [upload]
rill::awaitable<rill::result<void>> send_lines(rill::client::body_writer& out)
{
    for (int n = 1; n <= 3; ++n) {
        const auto line = "line " + std::to_string(n) + "\n";
        auto written = co_await out.write(line); // waits while the server is slow
        if (!written) {
            co_return written;
        }
    }
    co_return rill::result<void>();
}

rill::awaitable<unsigned> upload(rill::client::http client, std::string url)
{
    rill::client::request request(std::move(url), rill::verb::put);
    request.stream_body = send_lines;
    const auto response = co_await client.send(std::move(request));
    co_return response ? response->status() : 0;
}
// [upload]

// [proxy]
rill::router proxy(std::string origin)
{
    const rill::client::http client; // one for all workers: each event loop has its own connections
    rill::router app;
    app.get("/{path...}", [client, origin](rill::request&, rill::path<"path"> path) -> rill::awaitable<rill::response> {
        auto answer = co_await client.get(origin + "/" + *path);
        if (!answer) {
            co_return rill::response(rill::status::bad_gateway);
        }
        const auto type = std::string(answer->headers().get("Content-Type").value_or("text/plain"));
        const auto from = std::make_shared<rill::client::response>(std::move(*answer));
        co_return rill::response::stream(
            [from](rill::response_writer& out) -> rill::awaitable<> {
                while (true) {
                    const auto piece = co_await from->read();
                    if (!piece) {
                        throw std::runtime_error(piece.error().message()); // the response stays incomplete
                    }
                    if (piece->empty()) {
                        co_return;
                    }
                    co_await out.write(*piece);
                }
            },
            type);
    });
    return app;
}
// [proxy]

// [step]
#include <boost/asio/detached.hpp>
#include <rill/core/timer_service.hpp>

// Whether the source waits at least a second before it connects again.
bool waits_a_second(const std::string& url)
{
    boost::asio::io_context context;
    auto& timers = rill::timer_service::of(context);
    timers.use_manual_clock(); // from now on only advance() moves the time
    int waits = 0;
    rill::client::event_source_options options{.url = url, .max_attempts = 2};
    options.before_reconnect = [&](const rill::client::reconnect& r) { waits += r.wait >= 1s ? 1 : 0; };
    rill::client::event_source source(std::move(options));
    const auto read = [&]() -> rill::awaitable<> { co_await source.next(); };
    boost::asio::co_spawn(context, read(), boost::asio::detached);
    while (!source.end()) {
        context.restart();
        context.run_one_for(10ms);
        timers.advance(100ms);
    }
    return waits == 1;
}
// [step]

#include "docs/programs/drive.hpp"

#include <boost/asio/use_future.hpp>
#include <thread>

namespace {

// Runs the coroutine on a new event loop until it ends. Returns its result.
template <class T>
T result_of(rill::awaitable<T> coroutine)
{
    boost::asio::io_context context;
    auto result = boost::asio::co_spawn(context, std::move(coroutine), boost::asio::use_future);
    while (result.wait_for(0s) != std::future_status::ready) {
        context.run_one();
    }
    return result.get();
}

// Sends two events, and then 204 to a client that has both.
rill::router counting()
{
    rill::router app;
    app.get("/events", rill::sse::endpoint(
                           [](rill::sse::event_stream& stream) -> rill::awaitable<> {
                               co_await stream.send({.data = "one", .id = 1});
                               co_await stream.send({.data = R"({"requested":"0","oldest":"2"})", .name = "gap"});
                               co_await stream.send({.data = R"({"count":3})", .name = "dropped"});
                               co_await stream.send({.data = "two", .id = 2, .retry = 1ms});
                           },
                           {.finished = [](const rill::request&, std::string_view id) { return id == "2"; }}));
    app.post("/answers", rill::sse::endpoint([](rill::sse::event_stream& stream, rill::header<"Authorization"> token)
                                                 -> rill::awaitable<> { co_await stream.send(*token); }));
    app.get("/page", [] { return "the page"; });
    app.get("/broken", [] { return rill::status::service_unavailable; });
    app.put("/lines", [](const rill::request& r) {
        return r.body() == "line 1\nline 2\nline 3\n" ? rill::status::no_content : rill::status::bad_request;
    });
    app.post("/orders", [](const rill::request& r) {
        return r.body() == R"({"item":"tea"})" ? rill::status::created : rill::status::bad_request;
    });
    app.put("/orders/1", [](const rill::request& r) {
        const bool is_json = r.header("Content-Type") == "application/json";
        return is_json && r.body() == R"({"item":"tea","count":2})" ? rill::status::ok : rill::status::bad_request;
    });
    return app;
}

std::string url_of(const drive::served& server, const std::string& path)
{
    return "http://127.0.0.1:" + std::to_string(server.port()) + path;
}

void check_events()
{
    drive::heard heard;
    drive::served server(counting());
    print_events(url_of(server, "/events"));
    heard.wait_for("1 message one\n1 gap {\"requested\":\"0\",\"oldest\":\"2\"}\n");
    heard.wait_for("2 message two\nrequest " + url_of(server, "/events") +
                   ": status 204: the server has no more events\n");
    result_of(follow_and_report(url_of(server, "/events")));
    heard.wait_for("one\nevents after 0 are missing\n3 events are missing\ntwo\nread ");
    result_of(follow_and_report(url_of(server, "/nothing")));
    heard.wait_for("failed: request " + url_of(server, "/nothing") + ": status 404: the server refuses the request\n");
    drive::check(waits_a_second(url_of(server, "/broken")), "the source waits");
}

void check_token()
{
    drive::served server(counting());
    const auto first = [&]() -> rill::awaitable<std::string> {
        auto source = answers(url_of(server, "/answers"), "why?");
        const auto e = co_await source.next();
        co_return e ? e->data : source.end()->message();
    };
    drive::equal(result_of(first()), "Bearer t1");
}

void check_http()
{
    drive::served server(counting());
    const rill::client::http client;
    drive::equal(result_of(page_of(client, url_of(server, "/page"))), "200: the page");
    drive::equal(result_of(page_of(client, "nonsense")).substr(0, 16), "request nonsense");
    drive::equal(result_of(order_tea(client, url_of(server, "/orders"))), 201U);
    drive::equal(result_of(change_order(client, url_of(server, "/orders/1"))), 200U);
    drive::equal(result_of(upload(client, url_of(server, "/lines"))), 204U);
    drive::served edge(proxy(url_of(server, "")));
    drive::equal(result_of(page_of(client, url_of(edge, "/page"))), "200: the page");
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_events();
        check_token();
        check_http();
    });
}
