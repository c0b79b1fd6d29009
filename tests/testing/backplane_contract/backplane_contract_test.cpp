#include <rill/testing/backplane_contract.hpp>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <set>
#include <stdexcept>

#include "testing/backplane_contract/model_fixture.hpp"

using rill::pubsub::memory_backplane;
using rill::testing::backplane_contract;
using rill::testing::backplane_fixture;
using rill::testing::run_backplane_contract;
using rill_test::defect;
using rill_test::model_fixture;

BOOST_AUTO_TEST_SUITE(backplane_contract_test)

namespace {

// All connections are the same object, because the log is in the memory of the process.
backplane_fixture memory_fixture(std::size_t max_past_events)
{
    const auto log = std::make_shared<std::shared_ptr<memory_backplane>>();
    backplane_fixture fixture;
    fixture.create = [log, max_past_events] {
        *log = std::make_shared<memory_backplane>(memory_backplane::settings{.max_past_events = max_past_events});
    };
    fixture.open = [log] { return *log; };
    return fixture;
}

bool skips(const rill::testing::contract_report& report, std::string_view name)
{
    return std::ranges::find(report.skipped, name, &rill::testing::contract_report::entry::name) !=
           report.skipped.end();
}

} // namespace

BOOST_AUTO_TEST_CASE(the_memory_log_meets_it)
{
    const auto report = run_backplane_contract(memory_fixture(1'000'000));
    BOOST_TEST(report.ok(), report.text());
    BOOST_TEST(report.passed.size() > 20U);
    BOOST_TEST(skips(report, "each reader learns of lost events by a gap"));
    BOOST_TEST(!skips(report, "a page keeps its limit in bytes"));
}

BOOST_AUTO_TEST_CASE(a_log_without_a_past_skips_the_cases_that_read_it)
{
    const auto report = run_backplane_contract(memory_fixture(0));
    BOOST_TEST(report.ok(), report.text());
    BOOST_TEST(skips(report, "a page keeps its limit in bytes"));
    BOOST_TEST(report.text().find("skipped: a page keeps its limit in bytes: the log does not hold its past\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_model_meets_all_cases)
{
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        auto fixture = model_fixture();
        fixture.seed = seed;
        const auto report = run_backplane_contract(fixture);
        BOOST_TEST(report.ok(), report.text());
        BOOST_TEST(report.skipped.empty(), report.text());
    }
}

BOOST_AUTO_TEST_CASE(each_name_is_different)
{
    std::set<std::string> names;
    for (const auto& c : backplane_contract(model_fixture())) {
        BOOST_TEST(names.insert(c.name).second, c.name);
    }
}

BOOST_AUTO_TEST_CASE(a_report_names_the_failed_cases)
{
    auto fixture = model_fixture(defect::exceeds_event_limit);
    fixture.seed = 7;
    const auto report = run_backplane_contract(fixture, "a page keeps its limit");
    BOOST_TEST(!report.ok());
    BOOST_REQUIRE_EQUAL(report.failed.size(), 1U);
    BOOST_TEST(report.failed.front().name == "a page keeps its limit in events");
    BOOST_TEST(report.failed.front().message.find("(seed 7)") != std::string::npos);
    BOOST_TEST(report.text().starts_with("failed: a page keeps its limit in events: "));
    BOOST_TEST(report.text().ends_with("1 cases passed, 1 failed, 0 skipped"));
    BOOST_TEST(!run_backplane_contract(fixture, "no such case").ok());
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_fixture_fails_the_case)
{
    auto fixture = model_fixture();
    fixture.interrupt = [] { throw std::runtime_error("cannot stop the server"); };
    const auto report = run_backplane_contract(fixture, "an interruption loses");
    BOOST_REQUIRE_EQUAL(report.failed.size(), 1U);
    BOOST_TEST(report.failed.front().message == "cannot stop the server");
}

BOOST_AUTO_TEST_CASE(an_incomplete_fixture_is_refused)
{
    BOOST_CHECK_THROW(backplane_contract({}), std::invalid_argument);
    auto fixture = model_fixture();
    fixture.restore = nullptr;
    BOOST_CHECK_THROW(backplane_contract(fixture), std::invalid_argument);
    fixture = model_fixture();
    fixture.fast = nullptr;
    BOOST_CHECK_THROW(backplane_contract(fixture), std::invalid_argument);
    fixture = model_fixture();
    fixture.save = nullptr;
    BOOST_CHECK_THROW(backplane_contract(fixture), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
