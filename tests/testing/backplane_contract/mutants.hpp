#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "testing/backplane_contract/model_fixture.hpp"

namespace rill_test {

/// A defect, and words of the message with which a case usually reports it.
struct mutant
{
    defect fault;
    std::string_view words;
};

/// Checks that the case accepts a correct log and finds each of these defects.
inline void check_case(std::string_view name, const std::vector<mutant>& mutants)
{
    BOOST_TEST_CONTEXT(name)
    {
        const auto report = rill::testing::run_backplane_contract(model_fixture(), name);
        BOOST_TEST(report.ok(), report.text());
        for (const auto& m : mutants) {
            // Some defects are found only at the end of the patience. A correct part of the log may need more time on a
            // machine with other load. With a long patience, each violation is an effect of the defect. Which one a
            // case notices first depends on the threads.
            constexpr int max_attempts = 4;
            auto found = violation_of(m.fault, name, std::chrono::seconds(1));
            for (int i = 1; i != max_attempts && found.find(m.words) == std::string::npos; ++i) {
                found = violation_of(m.fault, name, std::chrono::seconds(20));
            }
            BOOST_TEST(!found.empty(),
                       "defect " << static_cast<int>(m.fault) << " is not found, expected \"" << m.words << "\"");
            BOOST_TEST(found.find("(seed ") != std::string::npos);
        }
    }
}

} // namespace rill_test
