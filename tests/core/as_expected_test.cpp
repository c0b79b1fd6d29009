#include <rill/core/as_expected.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <rill/core/interval.hpp>
#include <string>

#include "support/manual_loop.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(as_expected_test)

namespace {

// An operation like those of other libraries. It posts its outcome, a value or an error.
template <class T, class CompletionToken>
auto async_give(asio::io_context& context, rill::error_code ec, T value, CompletionToken&& token)
{
    return asio::async_initiate<CompletionToken, void(rill::error_code, T)>(
        [&context](auto&& handler, rill::error_code error, T result) {
            asio::post(context, [h = std::forward<decltype(handler)>(handler), error, r = std::move(result)]() mutable {
                std::move(h)(error, std::move(r));
            });
        },
        token, ec, std::move(value));
}

} // namespace

BOOST_AUTO_TEST_CASE(value_returning_operation)
{
    manual_loop loop;
    tl::expected<std::string, rill::error_code> good;
    tl::expected<std::string, rill::error_code> bad;
    manual_loop::outcome end;
    auto body = [&]() -> rill::awaitable<> {
        good = co_await async_give(loop.context, {}, std::string("a value"), rill::as_expected);
        const rill::error_code refused = asio::error::connection_refused;
        bad = co_await async_give(loop.context, refused, std::string("not seen"), rill::as_expected);
    };
    loop.start(body(), end);
    BOOST_REQUIRE(end.done);
    BOOST_TEST(!end.error);
    BOOST_TEST(good.value() == "a value");
    BOOST_REQUIRE(!bad.has_value());
    BOOST_TEST(bad.error() == asio::error::connection_refused);
}

BOOST_AUTO_TEST_CASE(value_that_can_only_be_moved)
{
    manual_loop loop;
    int got = 0;
    manual_loop::outcome end;
    auto body = [&]() -> rill::awaitable<> {
        auto result = co_await async_give(loop.context, {}, std::make_unique<int>(7), rill::as_expected);
        got = **result;
    };
    loop.start(body(), end);
    BOOST_TEST(got == 7);
}

BOOST_AUTO_TEST_CASE(steady_timer_of_asio)
{
    manual_loop loop;
    bool ok = false;
    rill::error_code cancelled;
    manual_loop::outcome end;
    asio::steady_timer timer(loop.context);
    auto body = [&]() -> rill::awaitable<> {
        timer.expires_after(0ms);
        const auto waited = co_await timer.async_wait(rill::as_expected);
        ok = waited.has_value();
        timer.expires_after(1h);
        asio::post(loop.context, [&] { timer.cancel(); });
        const auto second = co_await timer.async_wait(rill::as_expected);
        cancelled = second ? rill::error_code() : second.error();
    };
    asio::co_spawn(loop.context.get_executor(), body(), [&](std::exception_ptr e) { end = {true, e}; });
    loop.context.run();
    BOOST_TEST(end.done);
    BOOST_TEST(ok);
    BOOST_TEST(cancelled == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(cancellation_reaches_the_operation_inside)
{
    manual_loop loop;
    asio::cancellation_signal cancel;
    rill::error_code first;
    std::exception_ptr after;
    bool done = false;
    auto body = [&]() -> rill::awaitable<> {
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                   rill::executor>
            timer(loop.context, 1h);
        const auto waited = co_await timer.async_wait(rill::as_expected);
        first = waited ? rill::error_code() : waited.error();
        rill::interval every(1ms);
        for (;;) { // the cancellation also ends a loop that ignores errors
            static_cast<void>(co_await every.tick(rill::as_expected));
        }
    };
    asio::co_spawn(loop.context.get_executor(), body(),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) {
                       after = e;
                       done = true;
                   }));
    loop.turn();
    cancel.emit(asio::cancellation_type::terminal);
    loop.turn();
    BOOST_TEST(first == asio::error::operation_aborted);
    BOOST_REQUIRE(done);
    BOOST_CHECK_EXCEPTION(std::rethrow_exception(after), boost::system::system_error,
                          [](const auto& e) { return e.code() == asio::error::operation_aborted; });
}

BOOST_AUTO_TEST_CASE(the_wrapped_handler_keeps_its_associations)
{
    asio::cancellation_signal signal;
    asio::io_context context(1);
    auto inner =
        asio::bind_executor(context.get_executor(), asio::bind_cancellation_slot(signal.slot(), [](auto&&...) {}));
    const rill::detail::wrapped_handler<decltype(inner), rill::detail::call_with_expected<int>> wrapped{
        std::move(inner)};
    BOOST_TEST((asio::get_associated_cancellation_slot(wrapped) == signal.slot()));
    BOOST_TEST((asio::get_associated_executor(wrapped) == context.get_executor()));
}

BOOST_AUTO_TEST_CASE(an_operation_that_is_not_awaited_does_nothing)
{
    manual_loop loop;
    {
        auto operation = async_give(loop.context, {}, 1, rill::as_expected);
        static_cast<void>(operation);
    }
    BOOST_TEST(loop.context.poll() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
