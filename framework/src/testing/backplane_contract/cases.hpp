#pragma once

#include <string_view>
#include <vector>

#include "testing/backplane_contract/trial.hpp"

namespace rill::testing::contract {

/// Names a function or a property of the log or of the fixture. The contract skips a case if one of its needs is
/// missing.
enum class need : unsigned char
{
    past,             ///< backplane::holds_past()
    idempotency_keys, ///< backplane_fixture::idempotency_keys
    counters,         ///< backplane_fixture::counters
    interrupt,
    slow,
    trim,
    lose_tail,
    lose_tail_while_open, ///< the same, with backplane_fixture::lose_tail_while_open
};

struct case_entry
{
    std::string_view name;
    std::vector<need> needs;
    void (*run)(trial& t);
};

// Each function returns the cases of its unit.
std::vector<case_entry> append_cases();
std::vector<case_entry> idempotency_cases();
std::vector<case_entry> page_cases();
std::vector<case_entry> id_cases();
std::vector<case_entry> reader_cases();
std::vector<case_entry> hand_over_cases();
std::vector<case_entry> interruption_cases();
std::vector<case_entry> trim_cases();
std::vector<case_entry> lost_tail_cases();
std::vector<case_entry> end_cases();

} // namespace rill::testing::contract
