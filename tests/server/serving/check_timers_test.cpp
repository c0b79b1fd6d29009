#include "server/serving/check_timers.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <unistd.h>

namespace asio = rill::asio;

BOOST_AUTO_TEST_SUITE(check_timers_test)

namespace {

std::set<int> timer_descriptors()
{
    std::set<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the descriptor of the iterator may be closed
        if (std::filesystem::read_symlink(entry, gone).string().find("[timerfd]") != std::string::npos) {
            found.insert(std::stoi(entry.path().filename()));
        }
    }
    return found;
}

// A context whose timer service has already created its descriptor.
struct loop
{
    std::set<int> before = timer_descriptors();
    asio::io_context context{1};

    loop()
    {
        rill::check_timers(context);
        context.restart(); // run() has stopped the context, because no work was left
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(working_timers_leave_no_pending_work)
{
    loop l;
    rill::check_timers(l.context, std::chrono::hours(1)); // returns much earlier
    l.context.restart();
    BOOST_TEST(l.context.poll() == 0U);
    bool ran = false;
    asio::post(l.context, [&ran] { ran = true; });
    l.context.restart();
    l.context.run();
    BOOST_TEST(ran);
}

// The timer descriptor is not in epoll. Therefore no timer fires.
BOOST_AUTO_TEST_CASE(timers_that_do_not_fire_are_an_error)
{
    loop l;
    int closed = 0;
    for (const int descriptor : timer_descriptors()) {
        if (!l.before.contains(descriptor)) {
            ::close(descriptor);
            ++closed;
        }
    }
    BOOST_REQUIRE(closed == 1);
    BOOST_CHECK_THROW(rill::check_timers(l.context, std::chrono::milliseconds(20)), std::system_error);
    l.context.restart();
    BOOST_TEST(l.context.poll() == 0U); // the failed wait is not pending
}

BOOST_AUTO_TEST_SUITE_END()
