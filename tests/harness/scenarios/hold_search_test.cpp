#include <boost/test/unit_test.hpp>
#include <harness/scenarios/hold_search.hpp>

using bench::hold_search;
using attempt = hold_search::attempt;

BOOST_AUTO_TEST_SUITE(hold_search_test)

BOOST_AUTO_TEST_CASE(streams_that_hold_are_measured_once)
{
    hold_search search(false);
    BOOST_TEST((search.next() == attempt::measure));
    search.record(true, true);
    BOOST_TEST(!search.next().has_value());
    BOOST_TEST(!search.closes());
}

BOOST_AUTO_TEST_CASE(a_fault_without_a_busy_cpu_ends_the_search)
{
    hold_search search(false);
    search.record(false, false);
    BOOST_TEST(!search.next().has_value());
    BOOST_TEST(!search.closes());
}

BOOST_AUTO_TEST_CASE(after_a_limited_ramp_a_probe_comes_first)
{
    hold_search search(true);
    BOOST_TEST((search.next() == attempt::probe));
    search.record(true, false);
    BOOST_TEST(!search.closes());
    BOOST_TEST((search.next() == attempt::measure));
    search.record(true, false);
    BOOST_TEST(!search.next().has_value());
}

BOOST_AUTO_TEST_CASE(streams_are_closed_until_the_rest_holds)
{
    hold_search search(false);
    search.record(false, true);
    BOOST_TEST(search.closes());
    BOOST_TEST((search.next() == attempt::probe));
    search.record(false, true);
    BOOST_TEST(search.closes());
    search.record(true, true);
    BOOST_TEST(!search.closes());
    BOOST_TEST((search.next() == attempt::measure));
    search.record(false, true); // the probe was too short
    BOOST_TEST(search.closes());
    BOOST_TEST((search.next() == attempt::probe));
}

BOOST_AUTO_TEST_CASE(the_number_of_attempts_is_limited)
{
    hold_search search(true);
    std::size_t attempts = 0;
    for (; search.next(); ++attempts) {
        search.record(false, true);
    }
    BOOST_TEST(attempts == hold_search::max_attempts);
    BOOST_TEST(!search.closes());
}

BOOST_AUTO_TEST_SUITE_END()
