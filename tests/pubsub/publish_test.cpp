#include "pubsub/publish.hpp"

#include <rill/pubsub/hub.hpp>
#include <thread>

#include "store_stage.hpp"
#include "support/manual_loop.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(publish_test)

BOOST_AUTO_TEST_CASE(an_event_goes_through_the_backplane_into_the_store)
{
    const auto store = make_store({}, 7);
    BOOST_TEST(publish(*store, "a", {.data = "x"}, {.key = "key"}).value() == "7");
    auto a = subscribe(*store, {pattern("a")});
    std::vector<found_event> found;
    static_cast<void>(collect(*store, *a, {}, 100, 10, found));
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found[0].sequence == 7U);
    BOOST_TEST(found[0].event.key() == "key");
    BOOST_TEST(found[0].event.bytes() == "data: x\nid: 7\n\n");
    store->unsubscribe(std::move(a));
}

BOOST_AUTO_TEST_CASE(errors)
{
    const auto store = make_store({.channel = {.max_event_bytes = 2}, .max_topics = 1});
    const auto error_of = [&](std::string_view topic, std::string_view data) {
        return publish(*store, topic, {.data = data}, {}).error();
    };
    BOOST_TEST((error_of("a", "123") == rill::error::message_too_large));
    BOOST_TEST((error_of("a", "\xff") == rill::error::invalid_utf8));
    BOOST_TEST(topic_names(*store).empty());
    BOOST_REQUIRE(publish(*store, "a", {.data = "x"}, {}).has_value());
    BOOST_TEST((error_of("b", "x") == rill::error::too_many_topics));
}

namespace {

/// A log that acknowledges each append later. The test answers the appends.
struct slow_log final : backplane
{
    std::vector<appended> waiting;
    std::vector<std::string> data;
    std::vector<std::string> keys;
    rill::result<log_id> at_once = log_id(); ///< the result of append()

    void tail(reader& r, const tail_options&) override { r.on_begin({}); }
    void stop(reader&) override {}
    rill::result<log_id> append(event_draft event, const append_options& options, appended done) override
    {
        data.emplace_back(event.data());
        keys.emplace_back(options.idempotency_key);
        if (at_once && at_once->empty()) {
            waiting.push_back(std::move(done));
        }
        return at_once;
    }
    void answer(const rill::result<log_id>& outcome)
    {
        const auto done = std::move(waiting.front());
        waiting.erase(waiting.begin());
        done(outcome);
    }
};

/// A publisher that waits for the acknowledgment.
struct publisher
{
    std::shared_ptr<slow_log> log = std::make_shared<slow_log>();
    std::optional<channel> to = channel({}, log);
    std::string got;
    manual_loop::outcome end;

    static rill::awaitable<> run(rill::awaitable<rill::result<log_id>> publishing, std::string& got)
    {
        const auto id = co_await std::move(publishing);
        got = id ? *id : id.error().message();
    }
    // The text of the event is a temporary.
    rill::awaitable<> publish() { return run(to->publish_acknowledged({.data = std::string("x").append("y")}), got); }
};

std::string message(rill::error e)
{
    return make_error_code(e).message();
}

} // namespace

BOOST_AUTO_TEST_CASE(an_acknowledgment_within_the_call)
{
    manual_loop loop;
    publisher p;
    p.to.emplace(channel_options{}, std::make_shared<memory_backplane>(memory_backplane::settings{.first_id = 7}));
    loop.start(p.publish(), p.end);
    BOOST_TEST(p.got == "7");
    publisher refused;
    refused.log->at_once = tl::unexpected(make_error_code(rill::error::log_overloaded));
    loop.start(refused.publish(), refused.end);
    BOOST_TEST(refused.got == message(rill::error::log_overloaded));
}

BOOST_AUTO_TEST_CASE(an_acknowledgment_of_a_remote_log)
{
    manual_loop loop;
    publisher p;
    {
        auto publishing = p.publish();
        BOOST_TEST((p.log->data == std::vector<std::string>{"xy"})); // appended before the caller awaits
        loop.start(std::move(publishing), p.end);
    }
    BOOST_TEST(!p.end.done);
    std::thread([&] { p.log->answer(log_id("42")); }).join();
    loop.turn();
    BOOST_TEST(p.got == "42");
    BOOST_TEST(p.end.done);
}

BOOST_AUTO_TEST_CASE(failures_of_a_remote_log)
{
    for (const auto why : {rill::error::log_unavailable, rill::error::outcome_unknown}) {
        manual_loop loop;
        publisher p;
        loop.start(p.publish(), p.end);
        p.log->answer(tl::unexpected(make_error_code(why)));
        loop.turn();
        BOOST_TEST(p.got == message(why));
    }
    manual_loop loop;
    publisher p;
    loop.start(p.publish(), p.end);
    p.log->waiting.clear(); // destroys the callback
    loop.turn();
    BOOST_TEST(p.got == message(rill::error::outcome_unknown));
}

BOOST_AUTO_TEST_CASE(events_that_are_not_appended)
{
    manual_loop loop;
    std::string got;
    manual_loop::outcome end;
    hub h({.channel = {.max_event_bytes = 10}});
    loop.start(publisher::run(h.publish_acknowledged("a*", {.data = "x"}), got), end);
    BOOST_TEST(got == message(rill::error::invalid_topic));
    loop.start(publisher::run(h.publish_acknowledged("a", {.data = "\xff"}), got), end);
    BOOST_TEST(got == message(rill::error::invalid_utf8));
    loop.start(publisher::run(h.publish_acknowledged("a", {.data = "more than ten bytes"}), got), end);
    BOOST_TEST(got == message(rill::error::message_too_large));
    BOOST_TEST(h.stats().published == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancellation_does_not_undo_the_append)
{
    manual_loop loop;
    publisher p;
    boost::asio::cancellation_signal signal;
    loop.start(p.publish(), p.end, signal);
    signal.emit(boost::asio::cancellation_type::terminal);
    loop.turn();
    BOOST_TEST(p.end.done);
    BOOST_TEST(bool(p.end.error));
    BOOST_TEST(p.got == "");
    BOOST_TEST(p.log->data.size() == 1U);
    p.log->answer(log_id("42"));
    loop.turn();
}

BOOST_AUTO_TEST_CASE(the_channel_exists_until_the_acknowledgment)
{
    manual_loop loop;
    publisher p;
    loop.start(p.publish(), p.end);
    p.to.reset();
    BOOST_TEST(p.log.use_count() == 2); // the coroutine holds the channel, which holds the log
    p.log->answer(log_id("42"));
    loop.turn();
    BOOST_TEST(p.got == "42");
    BOOST_TEST(p.log.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_before_the_acknowledgment)
{
    publisher p;
    {
        manual_loop loop;
        loop.start(p.publish(), p.end);
    }
    BOOST_TEST(!p.end.done);
    p.to.reset();
    BOOST_TEST(p.log.use_count() == 1); // the coroutine has been destroyed
    p.log->answer(log_id("42"));
}

BOOST_AUTO_TEST_CASE(idempotency_keys_reach_the_log)
{
    publisher p;
    BOOST_TEST(p.to->publish({.data = "x"}, {.idempotency_key = "k1"}).has_value());
    static_cast<void>(p.to->publish_acknowledged({.data = "x"}, {.idempotency_key = "k2"}));
    BOOST_TEST((p.log->keys == std::vector<std::string>{"k1", "k2"}));
}

BOOST_AUTO_TEST_SUITE_END()
