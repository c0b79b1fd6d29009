// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(trim_cases_test)

BOOST_AUTO_TEST_CASE(removed_events)
{
    check_case("a log that has removed events returns all later events or fails",
               {{defect::hides_trimmed_events, "expected"},
                {defect::accepts_beginning_after_trim, "expected"},
                {defect::forgets_kept_events, "expected a page"}});
    check_case("a log that has removed all events assigns new ids",
               {{defect::uses_trimmed_ids_again, "expected"}, {defect::hides_trimmed_events, "expected"}});
    check_case("a log that is opened after its removal of all events assigns new ids",
               {{defect::uses_trimmed_ids_again, "expected an id that no removed event has"}});
}

BOOST_AUTO_TEST_SUITE_END()
