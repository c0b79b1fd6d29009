// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(interruption_cases_test)

BOOST_AUTO_TEST_CASE(outcomes)
{
    check_case("an interruption loses and doubles no event",
               {{defect::drops_event, "expected"}, {defect::gap_after_interruption, "expected"}});
    check_case("the outcome of an append is true during an interruption",
               {{defect::loses_acknowledged, "expected"},
                {defect::appends_refused, "expected no refused event"},
                {defect::doubles_after_interruption, "expected each event at most once"}});
}

BOOST_AUTO_TEST_CASE(blocking)
{
    check_case("no function blocks during an interruption",
               {{defect::blocks, "expected append() to return while the log is interrupted"}});
    check_case("the destructor returns during an interruption",
               {{defect::destructor_blocks, "expected the destructor to return"}});
}

BOOST_AUTO_TEST_CASE(reads)
{
    check_case("an interrupted read ends with an error, and can be repeated",
               {{defect::ends_page_early, "came the end of the log"},
                {defect::forgets_ids_during_interruption, "came unknown_event_id"}});
}

BOOST_AUTO_TEST_CASE(readers)
{
    check_case("a reader may begin during an interruption",
               {{defect::misses_begin_during_interruption, "expected on_begin() of a reader"}});
}

BOOST_AUTO_TEST_SUITE_END()
