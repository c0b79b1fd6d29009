// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(id_cases_test)

BOOST_AUTO_TEST_CASE(unknown_ids)
{
    check_case("a text that is no id is unknown",
               {{defect::accepts_malformed_id, "a read after a text that is no id"}});
    check_case("an id that the log has not assigned is unknown",
               {{defect::accepts_future_id, "a read after an id of the future"},
                {defect::hides_trimmed_events, "a read after an id before the beginning"}});
    check_case("an id of another log is unknown",
               {{defect::hides_trimmed_events, "a read after an id of another log"}});
}

BOOST_AUTO_TEST_CASE(first_positions)
{
    check_case("a read from the beginning returns all events or fails",
               {{defect::accepts_beginning_without_events, "expected"}});
    check_case("a read after the position of on_begin returns the events of the reader",
               {{defect::refuses_first_position, "expected a page"}});
}

BOOST_AUTO_TEST_SUITE_END()
