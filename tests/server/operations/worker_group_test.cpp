#include "server/operations/worker_group.hpp"

#include <atomic>
#include <memory>
#include <rill/server/admin.hpp>
#include <rill/server/metrics.hpp>

#include "server/fixture.hpp"
#include "support/client.hpp"
#include "support/metrics_page.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(worker_group_test)

// A scrape must not wait forever for a worker whose handler blocks its thread.
BOOST_AUTO_TEST_CASE(a_hanging_worker_is_reported_as_silent_without_delay_for_others)
{
    static std::atomic<bool> held{true};
    static std::atomic<unsigned> entered{0};
    held = true;
    entered = 0;
    rill::router app;
    app.get("/metrics", rill::ops::metrics());
    app.get("/streams", rill::ops::streams());
    app.get("/thread",
            [] { return " " + std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())) + "."; });
    app.get("/hang", [] {
        ++entered;
        while (held) {
            std::this_thread::sleep_for(1ms);
        }
        return std::string("held");
    });
    rill::server_options options;
    options.threads = 2;
    running_server server(std::move(app), options);
    client one(server.port()); // a connection stays on its worker
    one.get("/thread");
    const auto thread = one.body();
    std::unique_ptr<raw_client> other;
    BOOST_REQUIRE(eventually([&] {
        other = std::make_unique<raw_client>(server.port());
        other->get("/thread");
        return other->read_until(".") && !other->received().ends_with(thread);
    }));
    BOOST_TEST(eventually([&] { // on a busy machine a worker may be silent for a while
        one.get("/metrics");
        return metrics_page(one.body())["rill_workers_silent"] == 0;
    }));
    other->get("/hang");
    BOOST_REQUIRE(eventually([&] { return entered == 1; }));
    one.get("/metrics");
    const metrics_page page(one.body());
    BOOST_TEST(page["rill_workers"] == 1);
    BOOST_TEST(page["rill_workers_silent"] == 1);
    one.get("/streams");
    BOOST_TEST(one.body() == "{\"count\":0,\"streams\":[]}\n");
    // The worker now runs both late queries. The coroutines that sent them have already ended.
    held = false;
    BOOST_REQUIRE(other->read_until("held"));
}

BOOST_AUTO_TEST_SUITE_END()
