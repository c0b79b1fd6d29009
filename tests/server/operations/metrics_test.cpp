// The metrics of a server.

#include <cstdio>
#include <cstdlib>
#include <rill/server/admin.hpp>
#include <rill/server/metrics.hpp>

#include "server/fixture.hpp"
#include "support/client.hpp"
#include "support/metrics_page.hpp"
#include "support/run.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(metrics_test)

namespace {

rill::awaitable<> three(rill::sse::event_stream& stream)
{
    for (const auto* text : {"1", "2", "3"}) {
        co_await stream.send(text);
    }
    co_await stream.stopped();
}

rill::router operated()
{
    rill::router app;
    app.get("/metrics", rill::ops::metrics({.more = [](rill::metrics_writer& out) { out.gauge("mine", "", 7); }}));
    app.get("/healthz", rill::ops::healthz());
    app.get("/readyz", rill::ops::readyz());
    app.get("/streams", rill::ops::streams());
    app.get("/three/{name}", rill::sse::endpoint(three));
    app.get("/fails", rill::sse::endpoint([](rill::sse::event_stream&) -> rill::awaitable<> {
                throw std::runtime_error("on purpose");
                co_return;
            }));
    app.get("/flood", rill::sse::endpoint(
                          [](rill::sse::event_stream& stream) -> rill::awaitable<> {
                              const std::string much(100'000, 'x');
                              for (;;) {
                                  co_await stream.send(much);
                              }
                          },
                          {.write_timeout = 1h}));
    return app;
}

/// Repeats the request until no worker is silent. On a busy machine a worker may not run for a second, and then counts
/// as silent.
metrics_page scrape(const running_server& server)
{
    for (;;) {
        metrics_page page(fetch(server, "/metrics"));
        if (page["rill_workers_silent"] == 0) {
            return page;
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(streams_are_counted_by_route_and_close_reason)
{
    for (const unsigned count : {1U, 3U}) {
        running_server server(operated(), workers(count));
        raw_client first(server.port());
        raw_client second(server.port());
        for (auto* c : {&first, &second}) {
            c->get("/three/x");
            BOOST_REQUIRE(c->read_until("data: 3"));
        }
        client fails(server.port());
        fails.get("/fails");
        BOOST_REQUIRE(eventually([&] { return server.reasons().size() == 1; }));
        second.half_close();
        BOOST_REQUIRE(second.read_to_end());
        BOOST_REQUIRE(eventually([&] { return server.reasons().size() == 2; }));
        const auto page = scrape(server);
        BOOST_TEST(page["rill_workers"] == count);
        BOOST_TEST(page["rill_workers_silent"] == 0);
        BOOST_TEST(page["rill_ready"] == 1);
        BOOST_TEST(page["rill_streams{route=\"/three/{name}\"}"] == 1);
        BOOST_TEST(page["rill_streams_opened_total{route=\"/three/{name}\"}"] == 2);
        BOOST_TEST(page["rill_streams_closed_total{route=\"/three/{name}\",reason=\"peer_closed\"}"] == 1);
        BOOST_TEST(page["rill_streams_closed_total{route=\"/three/{name}\",reason=\"drained\"}"] == 0);
        BOOST_TEST(page["rill_streams_closed_total{route=\"/fails\",reason=\"handler_error\"}"] == 1);
        BOOST_TEST(page["rill_streams{route=\"/fails\"}"] == 0);
        BOOST_TEST(page["rill_stream_events_total"] == 6);
        BOOST_TEST(page["rill_responses_total{code=\"2xx\"}"] == 3);
        BOOST_TEST(page["rill_connections_accepted_total"] == 4);
        BOOST_TEST(page["rill_unsent_bytes"] == 0);
        BOOST_TEST(page["mine"] == 7);
    }
}

BOOST_AUTO_TEST_CASE(sent_bytes_are_the_bytes_that_the_client_received)
{
    running_server server(operated());
    raw_client c(server.port());
    c.get("/three/x");
    BOOST_REQUIRE(c.read_until("data: 3\n\n\r\n"));
    BOOST_TEST(scrape(server)["rill_sent_bytes_total"] == static_cast<double>(c.received().size()));
}

BOOST_AUTO_TEST_CASE(unsent_bytes_are_counted_until_the_connection_ends)
{
    running_server server(operated());
    {
        raw_client slow(server.port(), 4096);
        slow.get("/flood");
        BOOST_REQUIRE(eventually([&] { return scrape(server)["rill_blocked_connections"] == 1; }));
        BOOST_TEST(scrape(server)["rill_unsent_bytes"] > 0);
        BOOST_REQUIRE(slow.read_until(std::string(100'000, 'x')));
        slow.reset();
    }
    BOOST_REQUIRE(eventually([&] { return scrape(server)["rill_blocked_connections"] == 0; }));
    BOOST_TEST(scrape(server)["rill_unsent_bytes"] == 0);
}

BOOST_AUTO_TEST_CASE(the_page_has_timers_process_and_heap)
{
    rill::router app = operated();
    app.get("/naps", []() -> rill::awaitable<rill::response> {
        for (int i = 0; i < 5; ++i) {
            co_await rill::sleep_for(1ms);
        }
        co_return rill::response::text("");
    });
    running_server server(std::move(app));
    fetch(server, "/naps");
    const auto page = scrape(server);
    BOOST_TEST(page["rill_timer_lateness_seconds_count"] >= 5);
    BOOST_TEST(page["rill_timer_lateness_seconds_bucket{le=\"+Inf\"}"] == page["rill_timer_lateness_seconds_count"]);
    BOOST_TEST(page["rill_timer_lateness_seconds_sum"] > 0);
    BOOST_TEST(page["process_open_fds"] >= 5);
    BOOST_TEST(page["process_max_fds"] >= page["process_open_fds"]);
    BOOST_TEST(page["process_resident_memory_bytes"] > 1e6);
    BOOST_TEST(page["process_start_time_seconds"] > 1.6e9);
    BOOST_TEST(page["process_cpu_seconds_total"] > 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // sanitizers have their own allocator
    BOOST_TEST(page["rill_heap_bytes{state=\"used\"}"] > 1000);
#endif
}

BOOST_AUTO_TEST_CASE(promtool_accepts_the_page_if_it_is_installed)
{
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
        BOOST_TEST_MESSAGE("promtool is not installed: only the test's own parser reads the page");
        return;
    }
    running_server server(operated());
    raw_client c(server.port());
    c.get("/three/x");
    BOOST_REQUIRE(c.read_until("data: 3"));
    FILE* promtool = ::popen("promtool check metrics", "w");
    BOOST_REQUIRE(promtool != nullptr);
    const auto page = fetch(server, "/metrics");
    BOOST_TEST(std::fwrite(page.data(), 1, page.size(), promtool) == page.size());
    BOOST_TEST(::pclose(promtool) == 0);
}

BOOST_AUTO_TEST_CASE(without_a_server_the_page_reports_zero_workers)
{
    rill::request r(rill::verb::get, "/");
    const auto page = run(rill::ops::metrics(), r);
    BOOST_TEST(metrics_page(text(page))["rill_workers"] == 0);
    BOOST_TEST(header(page, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()
