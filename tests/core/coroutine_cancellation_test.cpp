#include "core/coroutine_cancellation.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <rill/core/detail/cancellation.hpp>
#include <utility>

BOOST_AUTO_TEST_SUITE(coroutine_cancellation_test)

namespace asio = boost::asio;
using asio::cancellation_type;
using rill::detail::coroutine_cancellation;
using rill::detail::public_cancellation;

namespace {

// The memory of a coroutine that runs, and the types with which its operation was cancelled.
struct running
{
    coroutine_cancellation* address = nullptr;
    coroutine_cancellation memory{address};
    asio::cancellation_state state = memory.connect();
    rill::detail::spawned_coroutine coroutine;
    int cancelled = 0;

    running()
    {
        coroutine.slot = state.slot();
        coroutine.slot.assign([this](cancellation_type type) { cancelled += type == cancellation_type::terminal; });
    }
    ~running()
    {
        coroutine.slot = {};
        memory.disconnect();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(it_is_found_by_the_slot_of_its_coroutine)
{
    running a;
    running b;
    BOOST_TEST(coroutine_cancellation::of(a.coroutine) == &a.memory);
    BOOST_TEST(coroutine_cancellation::of(b.coroutine) == &b.memory);
    BOOST_TEST(coroutine_cancellation::of({}) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_filter_of_rill_applies)
{
    running a;
    emit_cancellation(a.coroutine, cancellation_type::partial);
    BOOST_TEST(a.cancelled == 0);
    BOOST_TEST((a.state.cancelled() == cancellation_type::none));
    emit_cancellation(a.coroutine, rill::detail::repeated_cancellation);
    BOOST_TEST(a.cancelled == 1);
    BOOST_TEST((a.state.cancelled() == cancellation_type::terminal));
    emit_cancellation(a.coroutine, cancellation_type::terminal);
    BOOST_TEST(a.cancelled == 2);
}

BOOST_AUTO_TEST_CASE(another_state_replaces_the_first_one)
{
    running a;
    int replaced = 0;
    asio::cancellation_state state(a.memory.parent_slot(), asio::enable_partial_cancellation());
    state.slot().assign([&](cancellation_type) { ++replaced; });
    emit_cancellation(a.coroutine, cancellation_type::partial);
    BOOST_TEST(replaced == 1);
    BOOST_TEST(a.cancelled == 0);
}

BOOST_AUTO_TEST_CASE(the_address_follows_the_object)
{
    coroutine_cancellation* address = nullptr;
    coroutine_cancellation parameter(address);
    BOOST_TEST(address == &parameter);
    coroutine_cancellation copy(std::move(parameter));
    coroutine_cancellation last(std::move(copy));
    BOOST_TEST(address == &last);
}

BOOST_AUTO_TEST_CASE(the_public_signal_belongs_to_one_run_of_its_coroutine)
{
    const rill::detail::spawned_coroutine coroutine;
    emit_cancellation(coroutine, cancellation_type::terminal); // it does not run
    int cancelled = 0;
    const auto count = [&](cancellation_type) { ++cancelled; };
    auto first = std::make_unique<public_cancellation>(coroutine);
    first->signal.slot().assign(count);
    emit_cancellation(coroutine, cancellation_type::terminal);
    BOOST_TEST(cancelled == 1);
    auto second = std::make_unique<public_cancellation>(coroutine);
    second->signal.slot().assign(count);
    first.reset();
    emit_cancellation(coroutine, cancellation_type::terminal);
    BOOST_TEST(cancelled == 2);
    second.reset();
    emit_cancellation(coroutine, cancellation_type::terminal);
    BOOST_TEST(cancelled == 2);
}

BOOST_AUTO_TEST_SUITE_END()
