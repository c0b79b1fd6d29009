// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(lost_tail_cases_test)

BOOST_AUTO_TEST_CASE(gaps)
{
    check_case("each reader learns of lost events by a gap",
               {{defect::forgets_gap, "expected on_gap() between the lost events and later ones"},
                {defect::tells_small_gap, "expected a number after"},
                {defect::uses_lost_ids_again, "expected"},
                {defect::knows_lost_ids, "a read after a lost event"}});
    check_case("a connection without a reader does not use lost ids again",
               {{defect::uses_lost_ids_again, "expected"}, {defect::forgets_gap, "expected on_gap()"}});
}

BOOST_AUTO_TEST_CASE(new_connections)
{
    check_case("a log that is opened after a loss does not use lost ids again",
               {{defect::uses_lost_ids_again, "expected that the id of a lost event is not used again"},
                {defect::knows_lost_ids, "a read after a lost event"}});
}

BOOST_AUTO_TEST_CASE(keys)
{
    check_case("the idempotency key of a lost event is lost, too",
               {{defect::keeps_lost_keys, "expected a new event for the key of a lost event"}});
}

BOOST_AUTO_TEST_SUITE_END()
