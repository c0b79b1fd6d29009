#include <rill/sse/event_stream.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/task_group.hpp>
#include <string>
#include <vector>

#include "support/writer_fixture.hpp"

using rill::sse::event_stream;
using rill_test::check_code;
using rill_test::fake_writer;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(event_stream_test)

namespace {

struct fixture : rill_test::writer_fixture
{
    event_stream stream{out};
};

} // namespace

BOOST_AUTO_TEST_CASE(sends_events_text_and_comments)
{
    fixture f;
    f.loop.start(
        [](event_stream& stream) -> rill::awaitable<> {
            co_await stream.send({.data = "one", .name = "n", .id = 1});
            co_await stream.send("two");
            co_await stream.send(std::string("three"));
            co_await stream.comment("four");
            co_await stream.send({.data = std::to_string(5)}); // refers to a temporary
        }(f.stream),
        f.end);
    BOOST_REQUIRE(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.sent == "event: n\nid: 1\ndata: one\n\ndata: two\n\ndata: three\n\n: four\n\ndata: 5\n\n");
    BOOST_TEST(f.out.chunks == 5U); // each event is one write
}

BOOST_AUTO_TEST_CASE(sends_with_errors_as_values)
{
    fixture f;
    std::vector<rill::error_code> got;
    f.loop.start(
        [](event_stream& stream, std::vector<rill::error_code>& errors) -> rill::awaitable<> {
            const auto event = co_await stream.send({.data = "a"}, rill::as_expected);
            errors.push_back(event ? rill::error_code() : event.error());
            const auto text = co_await stream.send("b", rill::as_expected);
            errors.push_back(text ? rill::error_code() : text.error());
            const auto comment = co_await stream.comment("c", rill::as_expected);
            errors.push_back(comment ? rill::error_code() : comment.error());
            const auto bad = co_await stream.send("\xff", rill::as_expected);
            errors.push_back(bad ? rill::error_code() : bad.error());
        }(f.stream, got),
        f.end);
    BOOST_REQUIRE_EQUAL(got.size(), 4U);
    BOOST_TEST(!got[0]);
    BOOST_TEST(!got[1]);
    BOOST_TEST(!got[2]);
    BOOST_TEST((got[3] == rill::error::invalid_utf8));
    BOOST_TEST(f.out.sent == "data: a\n\ndata: b\n\n: c\n\n");
}

BOOST_AUTO_TEST_CASE(an_encoding_error_throws_and_sends_nothing)
{
    fixture f;
    f.loop.start(
        [](event_stream& stream) -> rill::awaitable<> {
            co_await stream.send({.data = "good", .comment = "\xed\xa0\x80"});
        }(f.stream),
        f.end);
    check_code(f.end.error, rill::error::invalid_utf8);
    BOOST_TEST(f.out.sent.empty());
    BOOST_TEST(f.out.chunks == 0U);

    // The stream itself continues.
    manual_loop::outcome again;
    f.loop.start([](event_stream& stream) -> rill::awaitable<> { co_await stream.send("next"); }(f.stream), again);
    BOOST_TEST(!again.error);
    BOOST_TEST(f.out.sent == "data: next\n\n");
}

BOOST_AUTO_TEST_CASE(an_ended_stream_refuses_events)
{
    fixture f;
    BOOST_TEST((f.stream.reason() == rill::close_reason::open));
    f.out.close(rill::close_reason::peer_reset);
    f.loop.start(
        [](event_stream& stream) -> rill::awaitable<> {
            for (;;) {
                co_await stream.send("x");
            }
        }(f.stream),
        f.end);
    check_code(f.end.error, boost::asio::error::operation_aborted);
    BOOST_TEST(f.out.sent.empty());
    BOOST_TEST((f.stream.reason() == rill::close_reason::peer_reset));
}

BOOST_AUTO_TEST_CASE(a_slow_client_suspends_the_handler)
{
    fixture f;
    f.out.block();
    f.loop.start(
        [](event_stream& stream) -> rill::awaitable<> {
            co_await stream.send("1");
            co_await stream.send("2");
        }(f.stream),
        f.end);
    BOOST_TEST(f.out.chunks == 1U);
    f.out.unblock();
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(f.out.chunks == 2U);
}

BOOST_AUTO_TEST_CASE(last_event_ids)
{
    fixture f;
    BOOST_TEST(event_stream(f.out).last_event_id().empty());
    std::string id = "borrowed";
    const event_stream stream(f.out, id);
    id.assign("XXXXXXXX");
    BOOST_TEST(stream.last_event_id() == "borrowed"); // the stream has its own copy, because the request ends first

    const auto number = [&](std::string_view text) { return event_stream(f.out, text).last_event_number(-1); };
    BOOST_TEST(number("42") == 42);
    BOOST_TEST(number("0") == 0);
    BOOST_TEST(number("-0") == 0);
    BOOST_TEST(number("4611686018427387904") == std::int64_t{1} << 62);
    for (const std::string_view none : {"", "x", "42x", " 42", "42 ", "+42", "4.2", "4611686018427387905",
                                        "-4611686018427387905", "9223372036854775807", "9223372036854775808", "0x10"})
    {
        BOOST_TEST(number(none) == -1);
    }
    BOOST_TEST(event_stream(f.out).last_event_number() == 0);
}

BOOST_AUTO_TEST_CASE(stop_requested_reports_the_state_of_the_connection)
{
    fixture f;
    BOOST_TEST(!f.stream.stop_requested());
    f.out.stopping = true;
    BOOST_TEST(f.stream.stop_requested());
    BOOST_TEST(!f.out.finishes());
    f.stream.finish_on_shutdown();
    BOOST_TEST(f.out.finishes());
    BOOST_TEST((&f.stream.writer() == &f.out));
}

BOOST_AUTO_TEST_CASE(stopped_completes_at_the_shutdown)
{
    fixture f;
    f.loop.start(
        [](event_stream& stream) -> rill::awaitable<> {
            const auto stopped = co_await stream.stopped(rill::as_expected);
            BOOST_TEST(stopped.has_value());
            co_await stream.stopped(); // a later wait completes too
            co_await stream.send("bye");
        }(f.stream),
        f.end);
    BOOST_TEST(f.out.chunks == 0U);
    rill::shutdown_signal::of(f.loop.context).request();
    f.loop.turn();
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(f.out.sent == "data: bye\n\n");
}

BOOST_AUTO_TEST_CASE(events_are_queued_when_send_is_called_and_each_has_its_own_outcome)
{
    fixture f;
    f.loop.start(
        [](event_stream& stream, fake_writer& out) -> rill::awaitable<> {
            auto good = stream.send("a");
            auto bad = stream.send("\xff", rill::as_expected);
            auto number = stream.send({.data = std::to_string(2)}); // refers to a temporary that is destroyed
            auto comment = stream.comment("c", rill::as_expected);
            BOOST_TEST(out.sent == "data: a\n\ndata: 2\n\n: c\n\n");
            const auto fourth = co_await std::move(comment);
            BOOST_TEST(fourth.has_value());
            const auto second = co_await std::move(bad);
            BOOST_TEST((second.error() == rill::error::invalid_utf8));
            co_await std::move(number);
            co_await std::move(good);
        }(f.stream, f.out),
        f.end);
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
}

// The type of the operation states what is lost if it is not awaited. See tests/compile_fail/send_not_awaited.cpp.
BOOST_AUTO_TEST_CASE(send_begins_before_it_is_awaited)
{
    const auto has_begun = []<class Signature, class Initiation>(
                               const rill::detail::begun_operation<Signature, Initiation>*) { return true; };
    fixture f;
    const auto thrown = f.stream.send("a");
    const auto returned = f.stream.send("b", rill::as_expected);
    BOOST_TEST(has_begun(&thrown));
    BOOST_TEST(has_begun(&returned));
    BOOST_TEST(sizeof thrown == sizeof(void*)); // it is stored in the frame of the handler
    BOOST_TEST(sizeof returned == sizeof(void*));
}

// As in the dashboard of the guide, several tasks of a group send to one client. The client is slow.
BOOST_AUTO_TEST_CASE(tasks_send_on_one_stream)
{
    struct source
    {
        static rill::awaitable<> follow(event_stream& stream, std::string name)
        {
            for (int i = 0; i < 3; ++i) {
                co_await stream.send(name + std::to_string(i));
            }
        }
    };
    fixture f;
    f.out.block();
    f.loop.start(
        [](event_stream& stream) -> rill::awaitable<> {
            co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
                for (const auto* name : {"a", "b", "c"}) {
                    BOOST_TEST(group.spawn(source::follow(stream, name)));
                }
                co_return;
            });
        }(f.stream),
        f.end);
    f.loop.turn();
    BOOST_TEST(f.out.chunks == 3U); // each task waits with its first event
    f.out.take(10);
    BOOST_TEST(f.out.sent.ends_with("data: c0\n\ndata: a1\n\n"));
    f.out.take(20);
    BOOST_TEST(f.out.sent.ends_with("data: a1\n\ndata: b1\n\ndata: c1\n\n"));
    f.out.unblock();
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.chunks == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
