// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(append_cases_test)

BOOST_AUTO_TEST_CASE(acknowledged_events)
{
    check_case("an acknowledged event arrives once, with the id of its append",
               {{defect::acknowledges_another_id, "expected the id of the acknowledgment"},
                {defect::calls_done_twice, "expected one call of `done`, came 2 calls"},
                {defect::destroys_done, "expected an acknowledgment, came the append"},
                {defect::never_calls_done, "expected an outcome, none came in time"},
                {defect::drops_event, "expected each acknowledged event"},
                {defect::doubles_event, "expected a number after"},
                {defect::begins_twice, "expected on_begin() once"},
                {defect::tells_gap_without_loss, "expected no gap"}});
}

BOOST_AUTO_TEST_CASE(one_order)
{
    check_case("all readers receive the events in one order",
               {{defect::drops_event, "expected"},
                {defect::doubles_event, "expected"},
                {defect::swaps_events, "expected a number after"},
                {defect::never_calls_done, "expected an outcome, none came in time"}});
}

BOOST_AUTO_TEST_CASE(refused_events)
{
    check_case("a refused event never arrives", {{defect::delivers_refused_event, "expected no refused event"}});
}

BOOST_AUTO_TEST_CASE(fields)
{
    check_case("all fields of an event arrive unchanged", {{defect::loses_key, "key: expected"},
                                                           {defect::loses_comment, "encoded text: expected"},
                                                           {defect::loses_empty_data, "encoded text: expected"},
                                                           {defect::changes_line_ends, "expected"},
                                                           {defect::cuts_data_at_nul, "expected"}});
}

BOOST_AUTO_TEST_CASE(calls_of_done)
{
    check_case("an append may have no done function",
               {{defect::needs_done, "expected an event whose append has an empty `done`"}});
    check_case("done may append another event", {{defect::loses_inner_append, "expected an event that `done`"}});
}

BOOST_AUTO_TEST_CASE(a_slow_log)
{
    check_case("a slow log loses and doubles no event",
               {{defect::drops_event, "expected"}, {defect::doubles_event, "expected"}});
}

BOOST_AUTO_TEST_SUITE_END()
