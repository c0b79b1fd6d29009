// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(page_cases_test)

BOOST_AUTO_TEST_CASE(pages)
{
    check_case("a read after each id returns exactly the events that follow",
               {{defect::has_hole_in_page, "expected the event"},
                {defect::ends_too_early, "came the end of the log"},
                {defect::never_ends, "expected an event, progress or at_end"},
                {defect::end_behind_events, "expected an end at or after"}});
}

BOOST_AUTO_TEST_CASE(limits)
{
    check_case("a page keeps its limit in events", {{defect::exceeds_event_limit, "expected at most 1 events"}});
    check_case("a page keeps its limit in bytes", {{defect::exceeds_byte_limit, "bytes, came"}});
}

BOOST_AUTO_TEST_CASE(topics)
{
    check_case("a read returns the events of its topics",
               {{defect::ignores_filter, "expected only events of the requested topics"}});
    check_case("a read makes progress where no event has its topic",
               {{defect::misses_rare_event, "came the end of the log"},
                {defect::ignores_filter, "expected only events of the requested topics"}});
}

BOOST_AUTO_TEST_CASE(ends)
{
    check_case("a read continues at the end of the last page",
               {{defect::end_in_the_future, "a read after the end of a page"}});
}

BOOST_AUTO_TEST_CASE(reads_at_the_same_time)
{
    check_case("many reads at the same time are independent",
               {{defect::has_hole_in_page, "one of many reads at the same time"}});
    check_case("done of a read may start another read", {{defect::drops_inner_read, "destruction"}});
}

BOOST_AUTO_TEST_SUITE_END()
