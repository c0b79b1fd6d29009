#include "pubsub/direct_stream.hpp"

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

namespace {

struct fixture
{
    manual_loop loop;
    pubsub::channel c;
    rill::handler route;
    std::vector<std::pair<std::uint64_t, bool>> slow; ///< what the hook was told

    explicit fixture(pubsub::channel_options options = {}) : c(counted(with_hook(std::move(options))))
    {
        route = rill::make_handler(rill::sse::endpoint(c));
    }
    pubsub::channel_options with_hook(pubsub::channel_options options)
    {
        options.on_slow = [this](const pubsub::slow_stream& s) { slow.emplace_back(s.dropped, s.evicted); };
        return options;
    }
    void publish_apart(int count, std::string_view key = {})
    {
        for (int i = 0; i < count; ++i) {
            publish(c, 1, key);
            loop.turn();
        }
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(direct_stream_test)

BOOST_AUTO_TEST_CASE(all_streams_get_the_same_bytes)
{
    fixture f;
    direct_client a(f.loop, f.route);
    direct_client b(f.loop, f.route);
    f.publish_apart(2);
    publish(f.c, 2);
    f.loop.turn();
    BOOST_TEST(a.got() == "1 2 3 4");
    BOOST_TEST(a.out.sent == b.out.sent);
    BOOST_TEST(a.out.pieces == 3U); // what waited together went out together
    BOOST_TEST(f.c.stats().delivered == 8U);
    a.cut();
    f.publish_apart(1);
    BOOST_TEST(b.got() == "1 2 3 4 5");
    BOOST_TEST(f.c.stats().subscribers == 1U);
    b.cut();
}

BOOST_AUTO_TEST_CASE(a_client_resumes)
{
    fixture f;
    f.publish_apart(60);
    direct_client a(f.loop, f.route, "20");
    f.publish_apart(2);
    BOOST_TEST(parse_events(a.out.sent).size() == 42U);
    BOOST_TEST(parse_events(a.out.sent).front().id == "21");
    a.cut();
}

BOOST_AUTO_TEST_CASE(who_blocks_goes_on_where_it_was)
{
    fixture f;
    direct_client slow(f.loop, f.route);
    direct_client quick(f.loop, f.route);
    slow.out.block();
    f.publish_apart(5);
    BOOST_TEST(slow.got() == "1");
    BOOST_TEST(quick.got() == "1 2 3 4 5");
    BOOST_TEST(f.c.stats().unsent_bytes > 0U);
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == "1 2 3 4 5");
    BOOST_TEST(f.c.stats().unsent_bytes == 0U);
    f.publish_apart(1);
    BOOST_TEST(slow.got() == "1 2 3 4 5 6");
    BOOST_TEST(f.slow.empty());
    slow.cut();
    quick.cut();
}

BOOST_AUTO_TEST_CASE(disconnect)
{
    fixture f({.backlog = {.events = 2}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(3);
    BOOST_TEST((slow.out.ended == rill::close_reason::open));
    f.publish_apart(1);
    BOOST_TEST((slow.out.ended == rill::close_reason::evicted));
    BOOST_TEST(f.c.stats().evicted_slow == 1U);
    BOOST_TEST((f.slow == std::vector<std::pair<std::uint64_t, bool>>{{3, true}}));
    f.publish_apart(1);
    slow.cut();
}

BOOST_AUTO_TEST_CASE(disconnect_by_bytes)
{
    fixture f({.backlog = {.bytes = 10'000}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    for (int i = 0; i < 3; ++i) {
        BOOST_REQUIRE(f.c.publish(std::string(6'000, 'x')).has_value());
        f.loop.turn();
    }
    BOOST_TEST((slow.out.ended == rill::close_reason::evicted));
    slow.cut();
}

BOOST_AUTO_TEST_CASE(drop_oldest)
{
    fixture f({.slow = pubsub::slow_policy::drop_oldest, .backlog = {.events = 2}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(6);
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == R"(1 dropped{"count":3} 5 6)");
    BOOST_TEST(f.c.stats().dropped == 3U);
    BOOST_TEST(f.c.stats().delivered == 3U);
    BOOST_TEST((f.slow == std::vector<std::pair<std::uint64_t, bool>>{{3, false}}));
    f.publish_apart(1);
    BOOST_TEST(slow.got() == R"(1 dropped{"count":3} 5 6 7)");
    slow.cut();
}

BOOST_AUTO_TEST_CASE(the_buffer_may_be_smaller_than_the_limits)
{
    fixture f({.replay = {.events = 2}, .slow = pubsub::slow_policy::drop_oldest, .tell_dropped = false});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(6);
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == "1 5 6"); // it does not want to be told
    BOOST_TEST(f.c.stats().dropped == 3U);
    slow.cut();
}

BOOST_AUTO_TEST_CASE(latest_per_key)
{
    fixture f({.slow = pubsub::slow_policy::latest_per_key, .backlog = {.events = 1}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(1, "a");
    for (int i = 0; i < 5; ++i) {
        f.publish_apart(1, "a");
        f.publish_apart(1, "b");
    }
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == "1 10 11");
    BOOST_TEST(f.c.stats().conflated == 8U);
    BOOST_TEST(f.c.stats().dropped == 0U);
    slow.cut();
}

BOOST_AUTO_TEST_CASE(what_blocked_streams_hold_is_bounded)
{
    fixture f({.unsent_bytes = 1'500});
    direct_client first(f.loop, f.route);
    direct_client second(f.loop, f.route);
    first.out.block();
    second.out.block();
    BOOST_REQUIRE(f.c.publish(std::string(1'000, 'x')).has_value());
    f.loop.turn();
    BOOST_TEST((first.out.ended == rill::close_reason::open));
    BOOST_TEST((second.out.ended == rill::close_reason::evicted));
    BOOST_TEST(f.c.stats().evicted_full == 1U);
    first.cut();
    second.cut();
    BOOST_TEST(f.c.stats().unsent_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_write_timeout_is_counted)
{
    fixture f;
    direct_client slow(f.loop, f.route);
    slow.out.close(rill::close_reason::write_timeout);
    slow.body.reset();
    BOOST_TEST(f.c.stats().timed_out == 1U);
}

BOOST_AUTO_TEST_CASE(a_body_that_never_starts)
{
    fixture f;
    {
        const auto answer = answer_on(f.loop, f.route, request_with_id({}));
        BOOST_TEST(f.c.subscribers() == 1U);
        f.publish_apart(3);
    }
    BOOST_TEST(f.c.subscribers() == 0U);
}

BOOST_AUTO_TEST_CASE(what_comes_between_the_answer_and_the_start_is_sent)
{
    fixture f;
    auto answer = answer_on(f.loop, f.route, request_with_id({}));
    f.publish_apart(2);
    auto body = std::move(std::get<std::unique_ptr<rill::streaming_body>>(answer.body()));
    fake_writer out(f.loop.context);
    static_cast<void>(body->start(out));
    f.publish_apart(1);
    BOOST_TEST(summary(out.sent) == "1 2 3");
    body.reset();
}

BOOST_AUTO_TEST_SUITE_END()
