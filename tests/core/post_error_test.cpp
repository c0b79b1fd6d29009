#include <rill/core/detail/post_error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <rill/core/detail/cancellation.hpp>

#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(post_error_test)

BOOST_AUTO_TEST_CASE(completes_from_the_event_loop)
{
    rill_test::manual_loop loop;
    std::optional<rill::error_code> got;
    rill::detail::post_error(
        boost::asio::bind_executor(loop.context.get_executor(), [&got](rill::error_code ec) { got = ec; }),
        boost::asio::error::in_progress);
    BOOST_TEST(!got.has_value());
    loop.turn();
    BOOST_REQUIRE(got.has_value());
    BOOST_TEST((*got == boost::asio::error::in_progress));
}

BOOST_AUTO_TEST_CASE(the_handler_is_released_with_the_loop)
{
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    {
        rill_test::manual_loop loop;
        rill::detail::post_error(
            boost::asio::bind_executor(loop.context.get_executor(), [held = std::move(held)](rill::error_code) {}),
            boost::asio::error::in_progress);
        BOOST_TEST(!seen.expired());
    }
    BOOST_TEST(seen.expired());
}

// The operation completes in the next turn anyway. But a cancellation that destroys the coroutine must destroy the
// handler too, because a destroyed coroutine must not be resumed.
BOOST_AUTO_TEST_CASE(a_cancellation_lets_the_operation_complete_or_destroys_its_handler)
{
    for (const bool destroys : {false, true}) {
        rill_test::manual_loop loop;
        boost::asio::cancellation_signal cancel;
        auto held = std::make_shared<int>(1);
        const std::weak_ptr<int> seen = held;
        std::optional<rill::error_code> got;
        rill::detail::post_error(boost::asio::bind_cancellation_slot(
                                     cancel.slot(), boost::asio::bind_executor(loop.context.get_executor(),
                                                                               [&got, held = std::move(held)](
                                                                                   rill::error_code ec) { got = ec; })),
                                 boost::asio::error::in_progress);
        rill::detail::cancellation_round round{.destroys = destroys};
        rill::detail::cancellation_round::current = &round;
        cancel.emit(boost::asio::cancellation_type::terminal);
        rill::detail::cancellation_round::current = nullptr;
        BOOST_TEST(round.reached_operation);
        BOOST_TEST(seen.expired() == destroys);
        loop.turn();
        BOOST_TEST(got.has_value() == !destroys);
        BOOST_TEST(seen.expired());
        cancel.emit(boost::asio::cancellation_type::terminal); // the operation has ended
    }
}

BOOST_AUTO_TEST_SUITE_END()
