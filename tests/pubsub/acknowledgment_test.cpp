#include "pubsub/acknowledgment.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <rill/core/detail/context_of.hpp>
#include <string>
#include <thread>
#include <vector>

#include "support/manual_loop.hpp"

using rill::pubsub::log_id;
using rill::pubsub::detail::acknowledgment;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(acknowledgment_test)

namespace {

using outcome = acknowledgment::outcome_type;

rill::awaitable<> wait_for(std::shared_ptr<acknowledgment> a)
{
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await a->wait(rill::detail::context_of(executor));
}

std::string text(const std::optional<outcome>& o)
{
    return !o ? "none" : *o ? **o : o->error().message();
}

const auto unknown = make_error_code(rill::error::outcome_unknown).message();

} // namespace

BOOST_AUTO_TEST_CASE(the_first_outcome_counts)
{
    const auto a = std::make_shared<acknowledgment>();
    BOOST_TEST(text(a->outcome()) == "none");
    a->callback()(outcome("7"));
    a->set(outcome("8"));
    BOOST_TEST(text(a->outcome()) == "7");
}

BOOST_AUTO_TEST_CASE(a_callback_that_is_destroyed_without_a_call)
{
    const auto a = std::make_shared<acknowledgment>();
    {
        auto first = a->callback();
        const auto copy = first;
        first = nullptr;
        BOOST_TEST(text(a->outcome()) == "none"); // a copy may still be called
    }
    BOOST_TEST(text(a->outcome()) == unknown);
}

BOOST_AUTO_TEST_CASE(the_coroutine_continues_in_its_worker)
{
    manual_loop loop;
    const auto a = std::make_shared<acknowledgment>();
    manual_loop::outcome end;
    loop.start(wait_for(a), end);
    BOOST_TEST(!end.done);
    std::thread([&] { a->callback()(outcome("7")); }).join();
    BOOST_TEST(!end.done);
    loop.turn();
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
    BOOST_TEST(text(a->outcome()) == "7");
    manual_loop::outcome again; // the outcome is already known
    loop.start(wait_for(a), again);
    loop.turn();
    BOOST_TEST(again.done);
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_the_wait)
{
    manual_loop loop;
    const auto a = std::make_shared<acknowledgment>();
    boost::asio::cancellation_signal signal;
    manual_loop::outcome end;
    loop.start(wait_for(a), end, signal);
    signal.emit(boost::asio::cancellation_type::terminal);
    loop.turn();
    BOOST_TEST(end.done);
    BOOST_CHECK_THROW(std::rethrow_exception(end.error), boost::system::system_error);
    BOOST_TEST(text(a->outcome()) == "none");
    a->set(outcome("7")); // nobody waits
    loop.turn();
    BOOST_TEST(text(a->outcome()) == "7");
    BOOST_TEST(a.use_count() == 1);
}

// The outcome arrives before the event loop has ended the wait.
BOOST_AUTO_TEST_CASE(an_outcome_after_a_cancellation)
{
    manual_loop loop;
    const auto a = std::make_shared<acknowledgment>();
    boost::asio::cancellation_signal signal;
    manual_loop::outcome end;
    loop.start(wait_for(a), end, signal);
    signal.emit(boost::asio::cancellation_type::terminal);
    a->set(outcome("7"));
    signal.emit(boost::asio::cancellation_type::terminal);
    loop.turn();
    BOOST_TEST(end.done);
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_destroys_the_coroutine)
{
    const auto a = std::make_shared<acknowledgment>();
    auto callback = a->callback();
    manual_loop::outcome end;
    {
        manual_loop loop;
        loop.start(wait_for(a), end);
        BOOST_TEST(a.use_count() > 2);
    }
    BOOST_TEST(!end.done);
    BOOST_TEST(a.use_count() == 2); // this function and the callback
    callback(outcome("7"));
    BOOST_TEST(text(a->outcome()) == "7");
}

BOOST_AUTO_TEST_CASE(outcomes_of_many_threads)
{
    boost::asio::io_context context{1};
    int ended = 0;
    std::vector<std::shared_ptr<acknowledgment>> all(100);
    for (auto& a : all) {
        a = std::make_shared<acknowledgment>();
        boost::asio::co_spawn(context.get_executor(), wait_for(a), [&](const std::exception_ptr& e) {
            BOOST_TEST(!e);
            if (++ended == 100) {
                context.stop(); // its mailbox keeps the context running
            }
        });
    }
    std::thread other([&] {
        for (const auto& a : all) {
            a->set(outcome("7"));
        }
    });
    context.run();
    other.join();
    BOOST_TEST(ended == 100);
}

BOOST_AUTO_TEST_SUITE_END()
