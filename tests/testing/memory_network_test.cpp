#include "testing/memory_network.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

namespace testing_memory_network_test {

namespace {

namespace testing = rill::testing;

struct member final : testing::detail::network_member
{
    member(std::string& reports, char name) : reports(reports), name(name) {}
    void report() override { reports += name; }

    std::string& reports;
    char name;
};

/// Returns the order in which the network reports three members.
std::string order(const testing::fault& faults)
{
    boost::asio::io_context io;
    testing::detail::memory_network network({}, faults);
    network.use(io);
    std::string reports;
    std::vector<std::shared_ptr<member>> members;
    for (const char name : {'a', 'b', 'c', 'd', 'e', 'f'}) {
        members.push_back(std::make_shared<member>(reports, name));
        network.report_later(*members.back());
        network.report_later(*members.back());
    }
    BOOST_TEST(reports.empty());
    io.poll();
    return reports;
}

} // namespace

} // namespace testing_memory_network_test

BOOST_AUTO_TEST_SUITE(testing_memory_network_test)

BOOST_AUTO_TEST_CASE(reports_each_once_in_order)
{
    BOOST_TEST(order({}) == "abcdef");
}

BOOST_AUTO_TEST_CASE(a_schedule_changes_the_order)
{
    const auto first = order(testing::fault::schedule(1));
    BOOST_TEST(first == order(testing::fault::schedule(1)));
    BOOST_TEST((first != "abcdef" || order(testing::fault::schedule(2)) != "abcdef"));
}

BOOST_AUTO_TEST_CASE(reports_nothing_after_the_end_of_the_worker)
{
    std::string reports;
    testing::detail::memory_network network({}, {});
    {
        boost::asio::io_context io;
        network.use(io);
    }
    network.stop();
    const auto late = std::make_shared<member>(reports, 'x');
    network.report_later(*late);
    BOOST_TEST(!late->to_be_reported);
}

BOOST_AUTO_TEST_SUITE_END()
