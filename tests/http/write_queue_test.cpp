#include <rill/http/detail/write_queue.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/task_group.hpp>
#include <rill/http/response_writer.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/writer_fixture.hpp"

using rill_test::fake_writer;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(write_queue_test)

namespace {

using fixture = rill_test::writer_fixture;

// Starts several writes and logs their completion. The piece is the name of the write. If the piece is one of the
// digits 0 to 3, it also selects the cancellation signal of the write.
struct several : fixture
{
    std::vector<boost::asio::cancellation_signal> cancel{4};
    std::string log;

    void write(std::string piece)
    {
        auto note = [this, piece](rill::error_code ec) {
            log += piece + (ec == boost::asio::error::operation_aborted ? " aborted " : ec ? " failed " : " ");
        };
        if (piece.size() == 1 && piece[0] >= '0' && piece[0] < '4') {
            auto& signal = cancel[static_cast<std::size_t>(piece[0] - '0')];
            out.write(piece, boost::asio::bind_cancellation_slot(signal.slot(), note));
        } else {
            out.write(piece, note);
        }
    }
};

void check_aborted(const std::exception_ptr& error)
{
    rill_test::check_code(error, boost::asio::error::operation_aborted);
}

} // namespace

BOOST_AUTO_TEST_CASE(bytes_are_copied_before_write_returns)
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

BOOST_AUTO_TEST_CASE(a_closed_stream_refuses_writes)
{
    for (const std::string_view text : {"", "text"}) {
        fixture f;
        f.out.close(rill::close_reason::peer_closed);
        f.loop.start([](fake_writer& out,
                        std::string_view piece) -> rill::awaitable<> { co_await out.write(piece); }(f.out, text),
                     f.end);
        BOOST_REQUIRE(f.end.done);
        check_aborted(f.end.error);
        BOOST_TEST(f.out.chunks == 0U);
        BOOST_TEST((f.out.reason() == rill::close_reason::peer_closed));
    }
}

BOOST_AUTO_TEST_CASE(a_blocked_write_waits_until_the_client_reads)
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
    BOOST_TEST(f.out.sent == "a"); // back-pressure: the handler does not produce "b" yet
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
    BOOST_TEST(f.out.sent == "a"); // the transmission continues
}

BOOST_FIXTURE_TEST_CASE(waiting_writes_complete_in_order_when_their_bytes_are_taken, several)
{
    out.block();
    for (const auto* piece : {"aa", "bbb", "c", "d"}) {
        write(piece);
    }
    BOOST_TEST(log == "");
    out.take(1);
    BOOST_TEST(log == "");
    out.take(1);
    BOOST_TEST(log == "aa ");
    out.take(3);
    BOOST_TEST(log == "aa bbb ");
    write("e");
    out.take(1);
    BOOST_TEST(log == "aa bbb c ");
    out.unblock();
    BOOST_TEST(log == "aa bbb c d e ");
    BOOST_TEST(!out.has_waiter());
    BOOST_TEST(out.sent == "aabbbcde"); // in order, nothing lost
    out.block();
    write("f");
    out.unblock();
    BOOST_TEST(log == "aa bbb c d e f ");
}

BOOST_FIXTURE_TEST_CASE(each_waiting_write_is_cancelled_alone, several)
{
    for (const std::size_t count : {1U, 2U, 3U}) {
        for (std::size_t i = 0; i < count; ++i) {
            log.clear();
            out.block();
            for (std::size_t w = 0; w < count; ++w) {
                write(std::to_string(w));
            }
            cancel[i].emit(boost::asio::cancellation_type::terminal);
            BOOST_TEST(log == ""); // completes from the event loop only
            loop.turn();
            BOOST_TEST(log == std::to_string(i) + " aborted ");
            log.clear();
            out.unblock();
            std::string others;
            for (std::size_t w = 0; w < count; ++w) {
                others += w == i ? "" : std::to_string(w) + " ";
            }
            BOOST_TEST(log == others);
            BOOST_TEST(!out.has_waiter());
        }
    }
    BOOST_TEST(out.sent == "0"
                           "01"
                           "01"
                           "012"
                           "012"
                           "012"); // the transmission continues
}

BOOST_FIXTURE_TEST_CASE(a_late_cancellation_does_not_end_another_wait, several)
{
    for (const bool in_line : {false, true}) {
        log.clear();
        out.block();
        write("0");
        if (in_line) {
            write("1");
        }
        out.unblock();
        out.block();
        write("2");
        write("3");
        cancel[0].emit(boost::asio::cancellation_type::terminal);
        cancel[1].emit(boost::asio::cancellation_type::terminal);
        loop.turn();
        BOOST_TEST(log == (in_line ? "0 1 " : "0 "));
        out.unblock();
        BOOST_TEST(log == (in_line ? "0 1 2 3 " : "0 2 3 "));
    }
}

BOOST_FIXTURE_TEST_CASE(all_waiting_writes_are_aborted_when_the_stream_ends, several)
{
    out.block();
    for (const auto* piece : {"0", "1", "2"}) {
        write(piece);
    }
    cancel[1].emit(boost::asio::cancellation_type::terminal);
    out.close(rill::close_reason::peer_closed);
    BOOST_TEST(log == "0 aborted 1 aborted 2 aborted ");
    BOOST_TEST(!out.has_waiter());
    loop.turn();
    BOOST_TEST(log == "0 aborted 1 aborted 2 aborted ");
}

// rill destroys a coroutine that ignores its cancellation. The other writes continue to wait.
BOOST_FIXTURE_TEST_CASE(a_destroyed_write_leaves_the_queue, several)
{
    for (const std::size_t count : {1U, 2U, 3U}) {
        for (std::size_t i = 0; i < count; ++i) {
            log.clear();
            out.block();
            std::string others;
            for (std::size_t w = 0; w < count; ++w) {
                write(std::to_string(w));
                others += w == i ? "" : std::to_string(w) + " ";
            }
            rill::detail::cancellation_round round{.destroys = true};
            rill::detail::cancellation_round::current = &round;
            cancel[i].emit(boost::asio::cancellation_type::terminal);
            rill::detail::cancellation_round::current = nullptr;
            BOOST_TEST(round.reached_operation);
            BOOST_TEST(out.has_waiter() == (count > 1));
            loop.turn();
            out.unblock();
            BOOST_TEST(log == others);
            BOOST_TEST(!out.has_waiter());
        }
    }
}

// A completion handler may write again at once. Its wait is the last one in the queue.
BOOST_FIXTURE_TEST_CASE(a_completion_handler_may_write_again, several)
{
    out.block();
    out.write("a", [this](rill::error_code) {
        log += "a ";
        write("again");
    });
    write("b");
    out.take(1);
    BOOST_TEST(log == "a ");
    out.take(1);
    BOOST_TEST(log == "a b ");
    out.write("c", [this](rill::error_code) {
        log += "c ";
        out.block();
        write("blocked");
    });
    write("d");
    out.unblock();
    BOOST_TEST(log == "a b again c d ");
    out.unblock();
    BOOST_TEST(log == "a b again c d blocked ");
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_does_not_block_the_others, several)
{
    for (const bool ends : {false, true}) {
        log.clear();
        out.block();
        out.write("a", [](rill::error_code) { throw std::runtime_error("from a completion handler"); });
        write("b");
        BOOST_CHECK_THROW(ends ? out.close(rill::close_reason::peer_closed) : out.unblock(), std::runtime_error);
        BOOST_TEST(log == (ends ? "b aborted " : "b "));
    }
}

BOOST_AUTO_TEST_CASE(two_operations_never_share_an_outcome)
{
    fixture f;
    f.loop.start(
        [](fake_writer& out) -> rill::awaitable<> {
            auto sent = out.write("sent");
            auto invalid = out.wait_for(rill::detail::write_state::invalid_utf8, rill::as_expected);
            out.block();
            auto queued = out.write("queued");
            auto cut_off = out.write("cut off", rill::as_expected);
            out.take(6);
            co_await std::move(queued); // also waits for the data that was queued after it
            out.close(rill::close_reason::peer_closed);
            auto closed = out.write("closed", rill::as_expected);
            co_await std::move(sent);
            const auto first = co_await std::move(invalid);
            BOOST_TEST((first.error() == rill::error::invalid_utf8));
            const auto second = co_await std::move(closed);
            BOOST_TEST((second.error() == boost::asio::error::operation_aborted));
            const auto third = co_await std::move(cut_off);
            BOOST_TEST((third.error() == boost::asio::error::operation_aborted));
        }(f.out),
        f.end);
    f.out.take(7);
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.sent == "sentqueuedcut off");
}

// The tasks of one handler write to the same stream and do nothing else. Each task must yield regularly.
BOOST_AUTO_TEST_CASE(busy_writers_yield_to_each_other)
{
    struct busy
    {
        static rill::awaitable<> writes(fake_writer& out)
        {
            for (int i = 0; i < 100; ++i) {
                co_await out.write("x");
            }
        }
    };
    fixture f;
    f.loop.start(
        [](fake_writer& out) -> rill::awaitable<> {
            co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
                for (int i = 0; i < 40; ++i) { // some tasks begin when the next write must yield
                    BOOST_TEST(group.spawn(busy::writes(out)));
                    co_await out.write("y");
                }
            });
        }(f.out),
        f.end);
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.chunks == 4040U);
}

BOOST_FIXTURE_TEST_CASE(when_written_waits_in_the_queue, several)
{
    const auto note = [this](const char* name) {
        out.when_written([this, name](rill::error_code ec) { log += ec ? "failed " : std::string(name) + " "; });
    };
    note("nothing");
    BOOST_TEST(log == ""); // completes from the event loop only
    loop.turn();
    BOOST_TEST(log == "nothing ");
    out.block();
    write("aa");
    note("first");
    write("b");
    note("second");
    out.take(2);
    BOOST_TEST(log == "nothing aa first ");
    out.unblock();
    BOOST_TEST(log == "nothing aa first b second ");
    out.block();
    out.put("c");
    note("never");
    write("d");
    out.close(rill::close_reason::peer_closed);
    BOOST_TEST(log == "nothing aa first b second d aborted ");
    note("never");
    loop.turn();
    BOOST_TEST(log == "nothing aa first b second d aborted ");
}

BOOST_AUTO_TEST_CASE(a_write_that_has_completed_before_it_is_awaited)
{
    fixture f;
    f.out.block();
    auto operation = f.out.write("a");
    f.out.unblock();
    bool completed = false;
    std::move(operation)([&](rill::error_code ec) { completed = !ec; });
    BOOST_TEST(completed);
}

// A stream at rest must not need the memory of a wait.
BOOST_AUTO_TEST_CASE(the_memory_of_a_wait_is_freed_after_the_wait)
{
    struct queue final : rill::detail::write_queue
    {
        using write_queue::complete_deferred;
        using write_queue::drop_all;
        using write_queue::pending_;
        using write_queue::reserve_wait;
        backlog* unsent() noexcept override { return nullptr; }
        void defer_completions() override {}
    };
    queue q;
    int completed = 0;
    const auto count = [&](rill::error_code) { ++completed; };
    BOOST_TEST(!q.pending_);
    q.when_written(count);
    BOOST_TEST(q.pending_);
    q.complete_deferred();
    BOOST_TEST(completed == 1);
    BOOST_TEST(!q.pending_);
    q.when_written(count);
    q.when_written(count); // a list of two writes
    q.complete_deferred();
    BOOST_TEST(completed == 3);
    BOOST_TEST(!q.pending_);
    q.when_written(count);
    q.drop_all();
    BOOST_TEST(completed == 3);
    BOOST_TEST(!q.pending_);
    q.reserve_wait(true);
    q.when_written(count);
    q.complete_deferred();
    BOOST_TEST(completed == 4);
    BOOST_TEST(q.pending_);
    q.reserve_wait(false);
    BOOST_TEST(!q.pending_);
}

BOOST_AUTO_TEST_CASE(a_busy_handler_yields)
{
    fixture f;
    boost::asio::co_spawn(
        f.loop.context.get_executor(),
        [](fake_writer& out) -> rill::awaitable<> {
            for (int i = 0; i < 10'000; ++i) { // without yields, each write would add a frame to the stack
                co_await out.write("x");
            }
        }(f.out),
        [&](std::exception_ptr error) {
            f.end = {true, error};
        });
    f.loop.turn();
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.chunks == 10'000U);
    BOOST_TEST(f.out.deferred_completions >= 100U);
}

BOOST_AUTO_TEST_SUITE_END()
