#include <rill/core/detail/deferred.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <rill/core/interval.hpp>
#include <string>
#include <thread>

#include "support/manual_loop.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
using rill::error_code;
using rill::detail::exception_of;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(deferred_test)

namespace {

// An operation that completes inside its initiation with the given result.
auto ends_with(error_code ec)
{
    return asio::async_initiate<const rill::detail::deferred_t, void(error_code)>(
        [ec](auto handler) { std::move(handler)(ec); }, rill::detail::deferred);
}

std::optional<error_code> thrown_by(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        BOOST_TEST(std::string(e.what()).find(e.code().message()) != std::string::npos);
        return e.code();
    } catch (...) {
        return {};
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(an_error_is_thrown_where_it_is_awaited)
{
    manual_loop loop;
    manual_loop::outcome end;
    std::string log;
    loop.start(
        [](std::string& to) -> rill::awaitable<> {
            co_await ends_with({});
            to += "none";
            for (const auto ec : {error_code(asio::error::operation_aborted), error_code(asio::error::timed_out),
                                  make_error_code(rill::error::too_slow)})
            {
                try {
                    co_await ends_with(ec);
                } catch (const boost::system::system_error& e) {
                    to += e.code() == ec ? " thrown" : " another";
                }
            }
            co_await ends_with(asio::error::timed_out);
        }(log),
        end);
    BOOST_REQUIRE(end.done);
    BOOST_TEST(log == "none thrown thrown thrown");
    BOOST_REQUIRE(end.error);
    BOOST_TEST((thrown_by(end.error) == asio::error::timed_out));
}

BOOST_AUTO_TEST_CASE(the_exception_of_a_cancellation_is_created_once_per_thread)
{
    const auto first = exception_of(asio::error::operation_aborted);
    BOOST_TEST((exception_of(asio::error::operation_aborted) == first));
    BOOST_TEST((exception_of(asio::error::timed_out) != exception_of(asio::error::timed_out)));
    BOOST_TEST((thrown_by(first) == asio::error::operation_aborted));
    std::exception_ptr of_another;
    std::thread([&] { of_another = exception_of(asio::error::operation_aborted); }).join();
    BOOST_TEST((of_another != first));
    BOOST_TEST((thrown_by(of_another) == asio::error::operation_aborted)); // the exception outlives its thread
}

BOOST_AUTO_TEST_CASE(the_operation_accepts_the_tokens_of_asio)
{
    manual_loop loop;
    manual_loop::outcome end;
    rill::interval every(1ms);
    asio::cancellation_signal cancel;
    loop.start(
        [](rill::interval& beat) -> rill::awaitable<> {
            co_await beat.tick()(asio::use_awaitable);
            co_await beat.tick()(asio::use_awaitable);
        }(every),
        end, cancel);
    loop.pass(1ms);
    BOOST_TEST(!end.done);
    cancel.emit(asio::cancellation_type::terminal);
    loop.turn();
    BOOST_REQUIRE(end.done);
    BOOST_TEST((thrown_by(end.error) == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(a_handler_receives_the_error_code)
{
    std::optional<error_code> got;
    ends_with(asio::error::timed_out)([&](error_code ec) { got = ec; });
    BOOST_TEST((got == asio::error::timed_out));
    asio::cancellation_signal signal;
    ends_with({})(asio::bind_cancellation_slot(signal.slot(), [&](error_code ec) { got = ec; }));
    BOOST_TEST((got == error_code()));
}

BOOST_AUTO_TEST_SUITE_END()
