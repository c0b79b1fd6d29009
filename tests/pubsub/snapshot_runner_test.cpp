#include "pubsub/snapshot_runner.hpp"

#include <rill/core/interval.hpp>

#include "snapshot_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(snapshot_runner_test)

BOOST_AUTO_TEST_CASE(a_failed_call_ends_the_streams)
{
    snapshot_stage f;
    f.failure = rill::error::log_unavailable;
    direct_client client(f.loop, f.route);
    auto joined = f.c.join();
    f.turns();
    BOOST_TEST((client.out.ended == rill::close_reason::handler_error));
    client.cut();
    coroutine_client handler(f.loop, std::move(joined));
    f.turns();
    BOOST_TEST(handler.done); // next() has returned an empty event
    BOOST_TEST(f.calls == 2);
    BOOST_TEST((f.failures == std::vector<std::string>(2, "the log is not available")));
    BOOST_TEST(f.c.stats().snapshot_failures == 2U);
    f.failure = {};
    direct_client next(f.loop, f.route); // an error is not kept
    f.turns();
    BOOST_TEST(next.got() == "state0");
    next.cut();
    handler.cut();
}

BOOST_AUTO_TEST_CASE(an_exception_is_a_failure)
{
    snapshot_stage f;
    f.change = [](pubsub::snapshot&) { throw std::runtime_error("no database"); };
    auto s = f.c.join();
    rill::error_code ec;
    bool empty = false;
    manual_loop::outcome ended;
    const auto read = [&]() -> rill::awaitable<> {
        const auto first = co_await s.next();
        empty = !first;
        ec = s.ended();
    };
    f.loop.start(read(), ended);
    f.turns();
    BOOST_TEST(ended.done);
    BOOST_TEST(empty);
    BOOST_TEST((ec == rill::error::snapshot_failed));
    BOOST_TEST((f.failures == std::vector<std::string>{"no database"}));
}

BOOST_AUTO_TEST_CASE(an_event_that_is_too_large_is_a_failure)
{
    snapshot_stage f({.max_event_bytes = 10});
    f.change = [](pubsub::snapshot& s) { s.add(std::string(11, 'x')); };
    direct_client client(f.loop, f.route);
    f.turns();
    BOOST_TEST((client.out.ended == rill::close_reason::handler_error));
    BOOST_TEST(f.failures.size() == 1U);
    client.cut();
}

BOOST_AUTO_TEST_CASE(a_call_that_takes_too_long_is_cancelled)
{
    snapshot_stage f({.snapshot_use = {.timeout = 50ms}});
    f.opened.close();
    direct_client client(f.loop, f.route);
    f.loop.pass(49ms);
    BOOST_TEST(f.cancelled == 0);
    f.loop.pass(3ms);
    BOOST_TEST(f.cancelled == 1);
    BOOST_TEST((client.out.ended == rill::close_reason::handler_error));
    BOOST_TEST((f.failures == std::vector<std::string>{"it took too long"}));
    client.cut();
}

BOOST_AUTO_TEST_CASE(a_call_is_cancelled_when_its_last_stream_has_left)
{
    snapshot_stage f;
    f.opened.close();
    direct_client one(f.loop, f.route);
    direct_client two(f.loop, f.route);
    f.turns();
    one.cut();
    f.turns();
    BOOST_TEST(f.cancelled == 0);
    two.cut();
    f.turns();
    BOOST_TEST(f.cancelled == 1);
    BOOST_TEST(f.failures.empty());
    BOOST_TEST(f.c.store()->snapshots()->size() == 0U);
    direct_client three(f.loop, f.route);
    f.turns();
    BOOST_TEST(f.calls == 2);
    f.opened.open();
    f.turns();
    BOOST_TEST(three.got() == "state0");
    three.cut();
}

// A coroutine that ignores its cancellation does not keep later clients waiting.
BOOST_AUTO_TEST_CASE(a_call_that_ignores_its_cancellation)
{
    manual_loop loop;
    int calls = 0;
    const auto take = [&](pubsub::snapshot_request) -> rill::awaitable<rill::result<pubsub::snapshot>> {
        for (const bool first = ++calls == 1; first;) {
            rill::interval every(1ms);
            co_await every.tick(rill::as_expected);
        }
        co_return pubsub::snapshot();
    };
    pubsub::channel c({.snapshot = take});
    auto route = rill::make_handler(rill::sse::endpoint(c));
    direct_client one(loop, route);
    loop.pass(5ms);
    one.cut();
    loop.turn();
    direct_client two(loop, route);
    loop.pass(5ms);
    BOOST_TEST(calls == 2);
    BOOST_TEST(two.out.sent.find("id:") != std::string::npos);
    two.cut();
    for (int i = 0; i < 200; ++i) {
        loop.pass(1ms);
    }
    auto& runner = pubsub::detail::snapshot_runner::of(loop.context);
    loop.pass(1100ms);
    BOOST_TEST(runner.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_result_is_freed_when_it_is_too_old)
{
    snapshot_stage f({.snapshot_use = {.max_age = 20ms}});
    direct_client client(f.loop, f.route);
    f.turns();
    auto& runner = pubsub::detail::snapshot_runner::of(f.loop.context);
    BOOST_TEST(runner.size() == 1U);
    BOOST_TEST(f.c.store()->snapshots()->size() == 1U);
    f.loop.pass(22ms);
    BOOST_TEST(runner.size() == 0U);
    BOOST_TEST(f.c.store()->snapshots()->size() == 0U);
    client.cut();
}

BOOST_AUTO_TEST_CASE(the_context_ends_during_a_call)
{
    std::optional<snapshot_stage> f(std::in_place);
    f->opened.close();
    auto client = std::make_unique<direct_client>(f->loop, f->route);
    f->turns();
    BOOST_TEST(f->calls == 1);
    client->cut();
    client.reset();
    auto second = f->c.join();
    f.reset();
    BOOST_TEST(!second.ended());
}

BOOST_AUTO_TEST_SUITE_END()
