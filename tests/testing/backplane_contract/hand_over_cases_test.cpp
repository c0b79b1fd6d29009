// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(hand_over_cases_test)

BOOST_AUTO_TEST_CASE(past_and_live)
{
    check_case("pages of the past and later events have no hole and no event twice",
               {{defect::has_hole_in_page, "the pages of a client that joins"},
                {defect::misses_first_event, "expected the event"},
                {defect::ends_too_early, "came the end of the log before"},
                {defect::doubles_event, "expected"}});
}

BOOST_AUTO_TEST_CASE(a_slow_log)
{
    check_case("a slow log hands over from the past without a hole",
               {{defect::has_hole_in_page, "the pages of a client that joins"}});
}

BOOST_AUTO_TEST_SUITE_END()
