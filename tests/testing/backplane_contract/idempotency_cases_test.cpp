// This file tests that the cases find defects of a log. mutants.hpp describes how.
#include "testing/backplane_contract/mutants.hpp"

using rill_test::check_case;
using rill_test::defect;

BOOST_AUTO_TEST_SUITE(idempotency_cases_test)

BOOST_AUTO_TEST_CASE(keys)
{
    constexpr auto first_id = "expected the id of the first append with the same idempotency key";
    check_case("a second append with the same idempotency key appends nothing", {{defect::forgets_keys, first_id}});
    check_case("an idempotency key is known to all connections", {{defect::keys_of_one_connection, first_id}});
    check_case("appends with the same idempotency key at the same time append one event",
               {{defect::keys_of_one_connection, first_id}, {defect::forgets_keys, first_id}});
    check_case("appends with different idempotency keys, or without one, append each event",
               {{defect::same_key_for_all, "expected"}});
}

BOOST_AUTO_TEST_CASE(a_retry)
{
    check_case("a retry after an interruption does not double the event",
               {{defect::forgets_keys_after_interruption, "expected the id of the first append"}});
}

BOOST_AUTO_TEST_SUITE_END()
