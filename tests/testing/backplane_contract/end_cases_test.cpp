// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(end_cases_test)

BOOST_AUTO_TEST_CASE(pending_work)
{
    check_case("the destructor ends pending appends, reads and readers",
               {{defect::calls_done_after_destruction, "after the destructor of the log"},
                {defect::keeps_done_after_destruction, "expected an outcome, none came in time"},
                {defect::acknowledges_at_the_end, "expected each acknowledged event"}});
}

BOOST_AUTO_TEST_CASE(reopening)
{
    check_case("events survive when all connections close", {{defect::loses_events_at_the_end, "expected"}});
}

BOOST_AUTO_TEST_CASE(counters)
{
    check_case("stats count appends", {{defect::miscounts, "expected 25 in stats().appended"}});
    check_case("stats count gaps", {{defect::miscounts, "expected the calls of on_gap() in stats().gaps"}});
    check_case("stats count the outcomes during an interruption",
               {{defect::miscounts, "expected the outcomes of all appends"}});
}

BOOST_AUTO_TEST_SUITE_END()
