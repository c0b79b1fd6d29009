#include <rill/core/detail/context_of.hpp>

#include "support/error_on_pool.hpp"
#include "support/manual_loop.hpp"

#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/interval.hpp>
#include <rill/core/mailbox.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <rill/core/task_group.hpp>

BOOST_AUTO_TEST_SUITE(context_of_test)

namespace {

namespace asio = boost::asio;
using rill_test::error_on;
using rill_test::manual_loop;
using namespace std::chrono_literals;

bool is_foreign(const boost::system::system_error& e)
{
    return e.code() == rill::error::foreign_executor;
}

} // namespace

BOOST_AUTO_TEST_CASE(finds_the_io_context_of_each_form_of_its_executor)
{
    asio::io_context context; // without any service of rill
    const asio::any_io_executor plain = context.get_executor();
    BOOST_TEST(rill::detail::find_context(plain) == &context);
    BOOST_TEST(rill::detail::find_context(asio::require(plain, asio::execution::blocking.never)) == &context);
    const auto tracked = asio::prefer(plain, asio::execution::outstanding_work.tracked);
    BOOST_TEST(rill::detail::find_context(tracked) == &context);
    BOOST_TEST(rill::detail::find_context(asio::require(tracked, asio::execution::blocking.never)) == &context);
}

BOOST_AUTO_TEST_CASE(a_strand_of_a_worker_belongs_to_the_worker)
{
    manual_loop loop;
    BOOST_TEST(rill::detail::find_context(asio::make_strand(loop.context)) == &loop.context);
}

BOOST_AUTO_TEST_CASE(finds_no_io_context_for_other_executors)
{
    asio::thread_pool pool(1);
    BOOST_TEST(rill::detail::find_context(pool.get_executor()) == nullptr);
    BOOST_TEST(rill::detail::find_context(asio::make_strand(pool)) == nullptr);
    BOOST_TEST(rill::detail::find_context(asio::system_executor()) == nullptr);
    BOOST_TEST(rill::detail::find_context(asio::any_io_executor()) == nullptr);
    BOOST_CHECK_EXCEPTION(rill::detail::context_of(pool.get_executor()), boost::system::system_error, is_foreign);
    BOOST_CHECK_EXCEPTION(rill::mailbox::of(pool.get_executor()), boost::system::system_error, is_foreign);
    BOOST_CHECK_EXCEPTION(rill::shutdown_signal::of(pool.get_executor()), boost::system::system_error, is_foreign);
}

BOOST_AUTO_TEST_CASE(operations_of_rill_fail_on_a_thread_pool)
{
    asio::thread_pool pool(1);
    const rill::error_code foreign = rill::error::foreign_executor;
    BOOST_TEST(error_on(pool, rill::sleep_for(1ms)) == foreign);
    BOOST_TEST(error_on(pool, []() -> rill::awaitable<> {
                   rill::interval every(1ms);
                   co_await every.tick();
               }()) == foreign);
    BOOST_TEST(error_on(pool, []() -> rill::awaitable<> {
                   auto body = [](rill::task_group&) -> rill::awaitable<> { co_return; };
                   co_await rill::with_task_group(body);
               }()) == foreign);
    rill::error_code ec;
    auto ticks = [](rill::error_code& out) -> rill::awaitable<> {
        rill::interval every(1ms);
        const auto ticked = co_await every.tick(rill::as_expected);
        out = ticked.error();
    };
    BOOST_TEST(!error_on(pool, ticks(ec)));
    BOOST_TEST(ec == foreign);
}

BOOST_AUTO_TEST_SUITE_END()
