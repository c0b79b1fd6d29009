#include <rill/core/shutdown_signal.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>
#include <vector>

#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(shutdown_signal_test)

namespace {

namespace asio = boost::asio;
using rill::shutdown_signal;
using rill_test::manual_loop;

struct fixture
{
    asio::cancellation_signal cancel; // outlives the operations that are bound to it
    manual_loop loop;
    shutdown_signal& token = shutdown_signal::of(loop.context);
    manual_loop::outcome end;
};

rill::awaitable<> waits(shutdown_signal& token)
{
    co_await token.wait();
}

rill::awaitable<> looks(shutdown_signal& token, std::optional<rill::error_code>& seen)
{
    const auto stopped = co_await token.wait(rill::as_expected);
    seen = stopped ? rill::error_code() : stopped.error();
}

// A completion handler that is not a coroutine.
struct noting
{
    std::vector<rill::error_code>& calls;
    shutdown_signal* waits_again = nullptr;
    bool throws = false;

    void operator()(rill::error_code ec) const
    {
        calls.push_back(ec);
        if (waits_again != nullptr) {
            waits_again->start(asio::bind_executor(executor, noting{calls, nullptr, false, executor}));
        }
        if (throws) {
            throw std::runtime_error("from a completion handler");
        }
    }

    rill::executor executor;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(every_wait_completes_from_the_event_loop, fixture)
{
    manual_loop::outcome other;
    loop.start(waits(token), end);
    loop.start(waits(token), other);
    BOOST_TEST(!token.requested());
    BOOST_TEST(!end.done);
    token.request();
    BOOST_TEST(token.requested());
    BOOST_TEST(!end.done); // not inside request()
    loop.turn();
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
    BOOST_TEST(other.done);
}

BOOST_FIXTURE_TEST_CASE(a_wait_after_the_request_completes_too, fixture)
{
    token.request();
    token.request();
    loop.turn();
    loop.start(waits(token), end);
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
}

BOOST_FIXTURE_TEST_CASE(each_context_has_its_own_signal, fixture)
{
    asio::io_context other;
    BOOST_TEST(&shutdown_signal::of(loop.context) == &token);
    BOOST_TEST(&shutdown_signal::of(other) != &token);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_wait_ends_with_operation_aborted, fixture)
{
    loop.start(waits(token), end, cancel);
    cancel.emit(asio::cancellation_type::terminal);
    BOOST_TEST(!end.done);
    loop.turn();
    BOOST_REQUIRE(end.done);
    BOOST_CHECK_EXCEPTION(std::rethrow_exception(end.error), boost::system::system_error,
                          [](const auto& e) { return e.code() == asio::error::operation_aborted; });
    token.request(); // the cancelled wait has ended
    loop.turn();
}

BOOST_FIXTURE_TEST_CASE(as_expected_returns_values, fixture)
{
    std::optional<rill::error_code> aborted;
    std::optional<rill::error_code> stopped;
    loop.start(looks(token, aborted), end, cancel);
    cancel.emit(asio::cancellation_type::terminal);
    loop.turn();
    BOOST_REQUIRE(aborted.has_value());
    BOOST_TEST((*aborted == asio::error::operation_aborted));
    loop.start(looks(token, stopped), end);
    token.request();
    loop.turn();
    BOOST_REQUIRE(stopped.has_value());
    BOOST_TEST(!*stopped);
}

BOOST_FIXTURE_TEST_CASE(a_wait_that_the_shutdown_ended_is_not_cancelled, fixture)
{
    std::optional<rill::error_code> seen;
    loop.start(looks(token, seen), end, cancel);
    token.request();
    cancel.emit(asio::cancellation_type::terminal);
    loop.turn();
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(!*seen);
}

BOOST_FIXTURE_TEST_CASE(a_wait_that_is_cancelled_before_the_shutdown_is_aborted, fixture)
{
    std::vector<rill::error_code> calls;
    const auto ex = loop.context.get_executor();
    token.start(
        asio::bind_cancellation_slot(cancel.slot(), asio::bind_executor(ex, noting{calls, nullptr, false, ex})));
    cancel.emit(asio::cancellation_type::partial);
    cancel.emit(asio::cancellation_type::terminal); // a second cancellation changes nothing
    token.request();
    BOOST_TEST(calls.empty());
    loop.turn();
    BOOST_REQUIRE_EQUAL(calls.size(), 1U);
    BOOST_TEST((calls[0] == asio::error::operation_aborted));
    cancel.emit(asio::cancellation_type::terminal); // the wait has ended
    loop.turn();
    BOOST_TEST(calls.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_does_not_block_the_others, fixture)
{
    std::vector<rill::error_code> calls;
    const auto ex = loop.context.get_executor();
    token.start(asio::bind_executor(ex, noting{calls, nullptr, true, ex}));
    token.start(asio::bind_executor(ex, noting{calls, nullptr, false, ex}));
    token.request();
    BOOST_CHECK_THROW(loop.turn(), std::runtime_error);
    BOOST_TEST(calls.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_waits_again_is_called_again, fixture)
{
    std::vector<rill::error_code> calls;
    const auto ex = loop.context.get_executor();
    token.start(asio::bind_executor(ex, noting{calls, &token, false, ex}));
    token.request();
    loop.turn();
    BOOST_TEST(calls.size() == 2U);
}

BOOST_AUTO_TEST_CASE(pending_waits_are_released_with_the_context)
{
    manual_loop::outcome end;
    std::vector<rill::error_code> calls;
    {
        manual_loop loop;
        auto& token = shutdown_signal::of(loop.context);
        loop.start(waits(token), end);
        const auto ex = loop.context.get_executor();
        token.start(asio::bind_executor(ex, noting{calls, &token, false, ex})); // the second wait never completes
    }
    BOOST_REQUIRE_EQUAL(calls.size(), 1U);
    BOOST_TEST((calls[0] == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_SUITE_END()
