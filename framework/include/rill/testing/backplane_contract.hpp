#pragma once

#include <functional>
#include <rill/testing/backplane_fixture.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::testing {

/// One rule of the contract, with the code that tests it.
struct contract_case
{
    std::string name;    ///< the rule as a phrase, for example "a page keeps its limit in bytes"
    std::string skipped; ///< why the case cannot run with this fixture. Empty: it can run
    /// Tests the rule with a new log. Throws contract_violation, or an exception of the fixture. Does nothing if
    /// `skipped` is not empty. Keeps a copy of the fixture.
    std::function<void()> run;
};

/// Returns all cases of the contract of pubsub::backplane. Creates and opens the log once, to learn which cases apply
/// to it. Works with any test framework: each case is a function that throws an exception if it fails. Cases must not
/// run at the same time. Throws std::invalid_argument if `create` or `open` is empty, or if only one function of a pair
/// is set.
std::vector<contract_case> backplane_contract(const backplane_fixture& fixture);

/// The result of run_backplane_contract().
struct contract_report
{
    struct entry
    {
        std::string name;    ///< the name of the case
        std::string message; ///< why it has failed or was skipped. Empty if it has passed
    };
    std::vector<entry> passed;
    std::vector<entry> failed;
    std::vector<entry> skipped;

    bool ok() const noexcept { return failed.empty() && !passed.empty(); }
    /// Returns the failed and the skipped cases, one per line, and a line with the numbers.
    std::string text() const;
};

/// Runs the cases whose names contain `only`, one after another.
///
///     const auto report = rill::testing::run_backplane_contract(fixture);
///     BOOST_TEST(report.ok(), report.text());
///
/// Throws only what backplane_contract() throws.
contract_report run_backplane_contract(const backplane_fixture& fixture, std::string_view only = {});

} // namespace rill::testing
