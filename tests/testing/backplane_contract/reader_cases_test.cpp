// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(reader_cases_test)

BOOST_AUTO_TEST_CASE(begins)
{
    check_case("a later reader begins with at most its maximum of past events",
               {{defect::passes_too_many_past_events, "expected at most 0 past events"}});
    check_case("a reader that begins between appends misses no later event",
               {{defect::misses_first_event, "expected the event"}});
}

BOOST_AUTO_TEST_CASE(stops)
{
    check_case("after stop the log never calls the reader",
               {{defect::calls_after_stop, "expected no call after stop() has returned"}});
    check_case("stop of one reader does not affect another",
               {{defect::stops_all_readers, "expected each acknowledged event at each reader"}});
}

BOOST_AUTO_TEST_CASE(one_call_at_a_time)
{
    check_case("the log calls a reader from one thread at a time",
               {{defect::calls_at_one_time, "expected one call of the reader at a time"}});
}

BOOST_AUTO_TEST_SUITE_END()
