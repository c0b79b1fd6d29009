#include "testing/outside_work.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include "transport/capacity.hpp"

namespace testing_outside_work_test {

namespace {

using namespace std::chrono_literals;
using rill::testing::detail::outside_work;
using rill::testing::detail::outstanding_work;

struct fixture
{
    /// @param outside_wait 0: the test waits for nothing
    explicit fixture(std::chrono::milliseconds outside_wait) { options.outside_wait = outside_wait; }

    rill::testing::options options;
    rill::handler app = [](rill::request&) -> rill::awaitable<rill::response> { co_return rill::response(); };
    rill::observer observer;
    rill::transport::capacity room{options.server.capacity};
    rill::worker worker{app, options.server, observer, room};
    const std::chrono::steady_clock::time_point later = std::chrono::steady_clock::now() + 1h;
};

} // namespace

} // namespace testing_outside_work_test

BOOST_AUTO_TEST_SUITE(testing_outside_work_test)

BOOST_AUTO_TEST_CASE(counts_the_outstanding_work)
{
    boost::asio::io_context io;
    io.restart();
    const auto one = boost::asio::make_work_guard(io);
    const auto two = boost::asio::make_work_guard(io);
    BOOST_TEST(outstanding_work(io) == 2U);
    BOOST_TEST(outstanding_work(io) == 2U); // the count has not changed the number
    BOOST_TEST(!io.stopped());
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_the_worker_itself)
{
    fixture f(1h);
    outside_work work(f.worker, f.options);
    BOOST_TEST(!work.wait(f.later, false));
    BOOST_TEST(!work.wait(f.later, true));
}

BOOST_AUTO_TEST_CASE(waits_for_other_work)
{
    fixture f(1h);
    outside_work work(f.worker, f.options);
    const auto guard = boost::asio::make_work_guard(f.worker.io());
    bool done = false;
    boost::asio::post(f.worker.io(), [&] { done = true; });
    BOOST_TEST(work.wait(f.later, false));
    BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(waits_once_for_work_that_depends_on_the_virtual_clock)
{
    fixture f(1ms);
    outside_work work(f.worker, f.options);
    const auto guard = boost::asio::make_work_guard(f.worker.io());
    while (work.wait(f.later, false)) { // the worker's own handlers
    }
    f.options.outside_wait = 1h;
    BOOST_TEST(!work.wait(f.later, false)); // does not wait
    BOOST_TEST(work.wait(f.later, true));   // waits for a short time, because nothing else remains
    BOOST_TEST(!work.wait({}, true));       // the time has passed
}

BOOST_AUTO_TEST_SUITE_END()
