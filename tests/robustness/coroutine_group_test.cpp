#include <robustness/resume/coroutine_group.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <rill/core/interval.hpp>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(coroutine_group_test)

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

rill::awaitable<> fail_after(std::chrono::milliseconds time, const char* message)
{
    co_await rill::sleep_for(time);
    throw std::runtime_error(message);
}

struct stage
{
    asio::io_context context{1};
    resume::coroutine_group group{context};
    asio::cancellation_signal first;
    asio::cancellation_signal second;
};

} // namespace

BOOST_AUTO_TEST_CASE(the_end_of_the_last_coroutine_stops_the_loop)
{
    stage s;
    asio::steady_timer timer(s.context, 1h);
    bool is_over = false;
    timer.async_wait([&](const boost::system::error_code&) { is_over = true; });
    s.group.start(rill::sleep_for(1ms), s.first);
    s.group.start(rill::sleep_for(20ms), s.second);
    s.context.run();
    BOOST_TEST(s.context.stopped());
    BOOST_TEST(!is_over);
    BOOST_TEST(s.group.failure().empty());
}

BOOST_AUTO_TEST_CASE(reports_the_first_failure)
{
    stage s;
    s.group.start(fail_after(20ms, "second"), s.first);
    s.group.start(fail_after(1ms, "first"), s.second);
    s.context.run();
    BOOST_TEST(s.group.failure() == "first");
}

BOOST_AUTO_TEST_CASE(a_cancellation_is_not_a_failure)
{
    stage s;
    s.group.start(rill::sleep_for(1h), s.first);
    asio::post(s.context, [&] { s.first.emit(asio::cancellation_type::terminal); });
    s.context.run();
    BOOST_TEST(s.group.failure().empty());
}

BOOST_AUTO_TEST_SUITE_END()
