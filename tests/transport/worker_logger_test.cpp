#include "transport/worker_logger.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(worker_logger_test)

namespace {

using namespace std::chrono_literals;
using rill::log_level;

struct logging
{
    boost::asio::io_context io{1};
    rill::timer_service& timers = rill::timer_service::of(io);
    rill::capacity_limits limits{.max_queued_bytes = 100, .max_body_bytes = 200};
    rill::transport::capacity shared{limits};
    rill::observer events;
    std::string text;
    log_level level{};
    rill::transport::worker_logger log{events, shared, timers};

    logging()
    {
        timers.use_manual_clock();
        events.log = [this](log_level l, std::string_view line) {
            level = l;
            text.append(line).append("\n");
        };
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_line_goes_to_the_observer)
{
    logging l;
    l.log(log_level::warning, "a line");
    BOOST_TEST(l.text == "a line\n");
    BOOST_TEST((l.level == log_level::warning));
    l.events.log = nullptr;
    l.log(log_level::error, "nobody reads it");
    BOOST_TEST(l.text == "a line\n");
}

BOOST_AUTO_TEST_CASE(a_blocked_worker_is_logged_at_level_info)
{
    logging l;
    l.log.blocked("a handler of /slow", 1500ms);
    BOOST_TEST(l.text.starts_with("a handler of /slow has blocked its worker for 1500 ms"));
    BOOST_TEST((l.level == log_level::info));
}

BOOST_AUTO_TEST_CASE(a_reached_limit_is_logged_once_in_ten_seconds)
{
    logging l;
    BOOST_TEST(l.shared.queue(90));
    BOOST_TEST(l.shared.hold(150));
    l.log.over_capacity("a stream is broken off");
    const std::string line = "; queued for slow clients: 90 of 100 bytes, bodies of requests: 150 of 200 bytes\n";
    BOOST_TEST(l.text == "a stream is broken off" + line);
    BOOST_TEST((l.level == log_level::warning));
    l.timers.advance(9999ms);
    l.log.over_capacity("a second one");
    BOOST_TEST(l.text == "a stream is broken off" + line);
    l.timers.advance(1ms);
    l.log.over_capacity("a third one");
    BOOST_TEST(l.text.ends_with("a third one" + line));
}

BOOST_AUTO_TEST_SUITE_END()
