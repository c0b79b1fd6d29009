#include "sqlite/status.hpp"

#include "sqlite/log_fixture.hpp"

using rill::sqlite::detail::status;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sqlite_status_test)

BOOST_AUTO_TEST_CASE(each_change_is_logged_once)
{
    std::vector<std::string> lines;
    status s("F", [&](rill::log_level, std::string_view line) { lines.emplace_back(line); });
    const auto full = rill::sqlite::make_error_code(13);
    const auto busy = rill::sqlite::make_error_code(5);
    s.works(status::work::append);
    BOOST_TEST(s.get().connected);
    for (int i = 0; i != 3; ++i) {
        s.failed(status::work::append, full);
    }
    BOOST_TEST(!s.get().connected);
    s.failed(status::work::append, busy);
    s.failed(status::work::read, busy, "details");
    s.works(status::work::append);
    s.works(status::work::append);
    BOOST_TEST(s.get().connected);
    BOOST_TEST(s.get().reconnects == 1U);
    const std::vector<std::string> expected{"sqlite log F: cannot append: database or disk is full",
                                            "sqlite log F: cannot append: database is locked",
                                            "sqlite log F: cannot read: details", "sqlite log F: append works again"};
    BOOST_TEST((lines == expected));
}

BOOST_AUTO_TEST_CASE(latencies_and_gaps_are_counted)
{
    status s("F", {});
    s.acknowledged(100us);
    s.acknowledged(101us);
    s.acknowledged(1h);
    s.gap("a reason");
    const auto stats = s.get();
    BOOST_TEST(stats.appended == 3U);
    BOOST_TEST(stats.append_latency[0] == 1U);
    BOOST_TEST(stats.append_latency[1] == 1U);
    BOOST_TEST((stats.append_latency_sum == 1h + 201us));
    BOOST_TEST(stats.gaps == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
