#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [options]
int serve_with_options(rill::router app)
{
    rill::server_options options;
    options.host = "0.0.0.0";
    options.threads = 2;
    options.limits.max_body_bytes = 64 * 1024;
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
    options.capacity.max_streams = 50'000;
    options.capacity.max_streams_per_address = 100;
    options.capacity.max_queued_bytes = 512UL * 1024 * 1024;
    options.capacity.refusal = rill::refusal::retry_event;
    return options;
}
// [capacity]

// [operator]
#include <rill/pubsub/metrics.hpp>

rill::router operated(rill::router app, const rill::pubsub::channel& news)
{
    const auto more = [news](rill::metrics_writer& out) { write_metrics(out, news.stats(), "news"); };
    app.get("/metrics", rill::ops::metrics({.more = more})); // for Prometheus
    app.get("/healthz", rill::ops::healthz());               // 200 while the event loop runs
    app.get("/readyz", rill::ops::readyz());                 // 503 from the start of a shutdown
    app.get("/streams", rill::ops::streams());               // lists the open streams: for the operator only
    return app;
}
// [operator]

// [proxies]
rill::router behind_proxies(rill::router app, std::string_view networks)
{
    // E.g. "127.0.0.1, 10.0.0.0/8". Throws std::invalid_argument unless all of them are addresses or networks.
    const auto trusted = rill::trusted_proxies::parse(networks);
    app.use(rill::middleware::forwarded(trusted)); // sets remote_address() to that of the client
    return app;
}
// [proxies]

#include "docs/programs/drive.hpp"

#include <memory>

namespace {

rill::router with_news(const rill::pubsub::channel& news)
{
    rill::router app;
    app.get("/news", rill::sse::endpoint(news));
    app.post("/news", [](rill::request& r) { return r.body(); });
    app.get("/who", [](rill::request& r) { return r.remote_address(); });
    return app;
}

void check_options()
{
    drive::heard heard;
    rill::pubsub::channel news;
    drive::serving server([&] { return serve_with_options(with_news(news)); });
    drive::client stream(server.port());
    stream.get("/news");
    static_cast<void>(news.publish("rain"));
    drive::equal(drive::next_data(stream), "rain");
    const std::string long_text(64 * 1024 + 1, 'x');
    drive::equal(drive::client(server.port()).request("POST", "/news", "", long_text).status(), 413);
    server.begin_stop();
    drive::ends(stream);
    heard.wait_for(" drained ");
}

void check_capacity()
{
    rill::pubsub::channel news;
    drive::served server(with_news(news), bounded());
    std::vector<std::unique_ptr<drive::client>> readers;
    for (int i = 0; i < 100; ++i) {
        readers.push_back(std::make_unique<drive::client>(server.port()));
        drive::equal(readers.back()->get("/news").status(), 200);
    }
    drive::client refused(server.port());
    drive::equal(refused.get("/news", "Accept: text/event-stream\r\n").status(), 200);
    drive::check(refused.body().find("retry: ") != std::string::npos, "the 101st gets a reconnection time");
    static_cast<void>(news.publish("rain"));
    drive::equal(drive::next_data(*readers.back()), "rain");
    server.begin_stop();
    drive::ends(*readers.back());
}

void check_operator()
{
    rill::pubsub::channel news;
    drive::served server(operated(with_news(news), news));
    drive::client stream(server.port());
    stream.get("/news");
    static_cast<void>(news.publish("rain"));
    drive::equal(drive::next_data(stream), "rain");
    drive::client one(server.port());
    const auto page = one.get("/metrics").body();
    drive::check(page.find("rill_streams{route=\"/news\"} 1\n") != page.npos, "a server's figures");
    drive::check(page.find("channel=\"news\"") != page.npos, "a channel's figures");
    drive::equal(one.get("/healthz").status(), 200);
    one.body();
    drive::equal(one.get("/readyz").status(), 200);
    one.body();
    const auto streams = one.get("/streams").body();
    drive::check(streams.find("\"route\":\"/news\"") != streams.npos, "who is connected");
    server.begin_stop();
    drive::ends(stream);
}

void check_proxies()
{
    drive::served server(behind_proxies(with_news(rill::pubsub::channel()), "127.0.0.1, 10.0.0.0/8"));
    drive::equal(drive::client(server.port()).get("/who", "X-Forwarded-For: 192.0.2.7\r\n").body(), "192.0.2.7");
    bool refused = false;
    try {
        behind_proxies({}, "somewhere");
    } catch (const std::invalid_argument&) {
        refused = true;
    }
    drive::check(refused, "what is no network is refused");
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_options();
        check_capacity();
        check_operator();
        check_proxies();
    });
}
