#include <rill/http/response_writer.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <rill/core/as_expected.hpp>
#include <vector>

#include "support/writer_fixture.hpp"

using rill_test::fake_writer;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(response_writer_test)

namespace {

using fixture = rill_test::writer_fixture;

void check_aborted(const std::exception_ptr& error)
{
    rill_test::check_code(error, boost::asio::error::operation_aborted);
}

} // namespace

BOOST_AUTO_TEST_CASE(bytes_are_taken_before_write_returns)
{
    fixture f;
    {
        std::string text = "first";
        auto operation = f.out.write(text);
        text.assign("XXXXX");
        static_cast<void>(operation);
    }
    BOOST_TEST(f.out.sent == "first");
}

BOOST_AUTO_TEST_CASE(an_empty_piece_is_not_sent)
{
    fixture f;
    f.loop.start([](fake_writer& out) -> rill::awaitable<> { co_await out.write(""); }(f.out), f.end);
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.pieces == 0U);
}

BOOST_AUTO_TEST_CASE(a_closed_stream_takes_nothing)
{
    for (const std::string_view text : {"", "text"}) {
        fixture f;
        f.out.close(rill::close_reason::peer_closed);
        f.loop.start([](fake_writer& out,
                        std::string_view piece) -> rill::awaitable<> { co_await out.write(piece); }(f.out, text),
                     f.end);
        BOOST_REQUIRE(f.end.done);
        check_aborted(f.end.error);
        BOOST_TEST(f.out.pieces == 0U);
        BOOST_TEST((f.out.reason() == rill::close_reason::peer_closed));
    }
}

BOOST_AUTO_TEST_CASE(a_blocked_write_waits_for_room)
{
    fixture f;
    f.out.block();
    f.loop.start(
        [](fake_writer& out) -> rill::awaitable<> {
            co_await out.write("a");
            co_await out.write("b");
        }(f.out),
        f.end);
    BOOST_TEST(!f.end.done);
    BOOST_TEST(f.out.sent == "a"); // back-pressure: the second is not even produced
    f.out.unblock();
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(f.out.sent == "ab");
}

BOOST_AUTO_TEST_CASE(a_waiting_write_is_aborted_when_the_stream_ends)
{
    fixture f;
    f.out.block();
    rill::error_code got;
    f.loop.start(
        [](fake_writer& out, rill::error_code& ec) -> rill::awaitable<> {
            const auto written = co_await out.write("a", rill::as_expected);
            ec = written ? rill::error_code() : written.error();
        }(f.out, got),
        f.end);
    f.out.close(rill::close_reason::write_timeout);
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(got == boost::asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(cancellation_ends_the_wait_from_the_event_loop)
{
    fixture f;
    f.out.block();
    boost::asio::cancellation_signal cancel;
    std::optional<rill::error_code> got;
    f.out.write("a", boost::asio::bind_cancellation_slot(cancel.slot(), [&](rill::error_code ec) { got = ec; }));
    cancel.emit(boost::asio::cancellation_type::terminal);
    BOOST_TEST(!got.has_value());
    f.loop.turn();
    BOOST_TEST((got == rill::error_code(boost::asio::error::operation_aborted)));
    BOOST_TEST(f.out.sent == "a"); // the transmission goes on
}

BOOST_AUTO_TEST_CASE(a_second_write_at_the_same_time_is_refused_as_a_wait)
{
    fixture f;
    f.out.block();
    std::vector<rill::error_code> got;
    f.out.write("a", [&](rill::error_code ec) { got.push_back(ec); });
    f.out.write("b", [&](rill::error_code ec) { got.push_back(ec); });
    BOOST_REQUIRE_EQUAL(got.size(), 1U);
    BOOST_TEST(got[0] == boost::asio::error::in_progress);
    f.out.unblock();
    BOOST_REQUIRE_EQUAL(got.size(), 2U);
    BOOST_TEST(!got[1]);
    BOOST_TEST(f.out.sent == "ab"); // in order, nothing lost
}

BOOST_AUTO_TEST_CASE(a_write_that_was_finished_before_it_is_awaited)
{
    fixture f;
    f.out.block();
    auto operation = f.out.write("a");
    f.out.unblock();
    bool completed = false;
    std::move(operation)([&](rill::error_code ec) { completed = !ec; });
    BOOST_TEST(completed);
}

BOOST_AUTO_TEST_CASE(a_busy_handler_yields)
{
    fixture f;
    boost::asio::co_spawn(
        f.loop.context.get_executor(),
        [](fake_writer& out) -> rill::awaitable<> {
            for (int i = 0; i < 10'000; ++i) { // without yielding that would be as many frames on the stack
                co_await out.write("x");
            }
        }(f.out),
        [&](std::exception_ptr error) {
            f.end = {true, error};
        });
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.pieces == 10'000U);
    BOOST_TEST(f.out.completed_later >= 100U);
}

BOOST_AUTO_TEST_CASE(scratch_begins_with_room_for_framing)
{
    auto& buffer = rill::response_writer::scratch();
    BOOST_TEST(buffer.size() == rill::response_writer::frame_room);
    buffer.append("left over");
    BOOST_TEST(rill::response_writer::scratch().size() == rill::response_writer::frame_room);
    rill::response_writer::scratch().append(1'000'000, 'x');
    BOOST_TEST(rill::response_writer::scratch().capacity() < 100'000U); // one large event does not keep its memory
}

BOOST_AUTO_TEST_CASE(to_ask_and_to_wait_for_the_shutdown_changes_nothing)
{
    fixture f;
    const auto waits = [](fake_writer& out) -> rill::awaitable<> {
        BOOST_TEST(!out.stop_requested());
        co_await out.stopped();
    };
    std::vector<manual_loop::outcome> ends(2);
    for (auto& end : ends) { // any number may wait
        f.loop.start(waits(f.out), end);
    }
    rill::shutdown_signal::of(f.loop.context).request();
    f.loop.turn();
    for (const auto& end : ends) {
        BOOST_TEST(end.done);
        BOOST_TEST(!end.error);
    }
    BOOST_TEST(!f.out.finishes());
    f.out.finish_on_shutdown();
    BOOST_TEST(f.out.finishes());
}

BOOST_AUTO_TEST_SUITE_END()
