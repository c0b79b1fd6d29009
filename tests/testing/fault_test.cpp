#include <boost/test/unit_test.hpp>
#include <rill/testing/fault.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "testing/fault_plan.hpp"

namespace testing_fault_test {

namespace {

using rill::testing::each_fault;
using rill::testing::each_schedule;
using rill::testing::fault;

/// A test of a server that makes two operations and sends three bytes.
void exchange(const fault& f)
{
    f.plan()->next_operation();
    f.plan()->next_operation();
    f.plan()->bytes_sent += 3;
}

} // namespace

} // namespace testing_fault_test

BOOST_AUTO_TEST_SUITE(testing_fault_test)

BOOST_AUTO_TEST_CASE(the_nth_operation_fails)
{
    const auto f = fault::fail_operation(2);
    BOOST_TEST(!f.plan()->next_operation().fails);
    BOOST_TEST(f.plan()->next_operation().fails);
    BOOST_TEST(!f.plan()->next_operation().fails);
    BOOST_TEST(f.operations() == 3U);
    BOOST_TEST(f.describe() == "operation 2 fails");
}

BOOST_AUTO_TEST_CASE(the_nth_operation_is_short)
{
    const auto f = fault::shorten_operation(1);
    BOOST_TEST(f.plan()->next_operation().max_bytes == 1U);
    BOOST_TEST(f.plan()->next_operation().max_bytes == SIZE_MAX);
}

BOOST_AUTO_TEST_CASE(a_cut_leaves_the_bytes_before_it)
{
    const auto f = fault::cut_after(5);
    BOOST_TEST(f.plan()->left_before_cut(0) == 5U);
    BOOST_TEST(f.plan()->left_before_cut(4) == 1U);
    BOOST_TEST(f.plan()->left_before_cut(6) == 0U);
    BOOST_TEST(fault().plan()->left_before_cut(6) == SIZE_MAX);
}

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_schedule)
{
    const auto limits = [](std::uint64_t seed) {
        const auto f = fault::schedule(seed);
        std::vector<std::size_t> all;
        for (int i = 0; i < 100; ++i) {
            all.push_back(f.plan()->next_operation().max_bytes);
        }
        return all;
    };
    BOOST_TEST(limits(7) == limits(7));
    BOOST_TEST(limits(7) != limits(8));
}

BOOST_AUTO_TEST_CASE(each_fault_runs_all)
{
    std::vector<std::string> seen;
    const auto runs = each_fault([&seen](const fault& f) {
        seen.push_back(f.describe());
        exchange(f);
    });
    const std::vector<std::string> all{"no fault",
                                       "operation 1 fails",
                                       "operation 1 transfers one byte",
                                       "operation 2 fails",
                                       "operation 2 transfers one byte",
                                       "the connection is cut after 0 bytes",
                                       "the connection is cut after 1 bytes",
                                       "the connection is cut after 2 bytes"};
    BOOST_TEST(seen == all);
    BOOST_TEST(runs == all.size());
}

BOOST_AUTO_TEST_CASE(cuts_are_spread)
{
    std::vector<std::uint64_t> cuts;
    each_fault(
        [&cuts](const fault& f) {
            f.plan()->next_operation();
            f.plan()->bytes_sent += 101;
            if (f.describe().find("cut") != std::string::npos) {
                cuts.push_back(f.plan()->value);
            }
        },
        {.max_cuts = 3});
    BOOST_TEST((cuts == std::vector<std::uint64_t>{0, 50, 100}));
}

BOOST_AUTO_TEST_CASE(an_exception_names_the_fault)
{
    const auto test = [](const fault& f) {
        exchange(f);
        if (f.describe() == "operation 2 fails") {
            throw std::runtime_error("lost");
        }
    };
    BOOST_CHECK_EXCEPTION(each_fault(test), std::runtime_error, [](const std::runtime_error& e) {
        return std::string(e.what()) == "if operation 2 fails: lost";
    });
}

BOOST_AUTO_TEST_CASE(a_test_without_operations_is_a_mistake)
{
    BOOST_CHECK_THROW(each_fault([](const fault&) {}), std::logic_error);
}

BOOST_AUTO_TEST_CASE(each_schedule_has_another_seed)
{
    std::vector<std::string> seen;
    BOOST_TEST(each_schedule(2, [&seen](const fault& f) { seen.push_back(f.describe()); }) == 2U);
    const std::vector<std::string> all{"the schedule has the seed 1", "the schedule has the seed 2"};
    BOOST_TEST(seen == all);
}

BOOST_AUTO_TEST_SUITE_END()
