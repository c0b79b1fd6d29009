#pragma once

#include <string>

#include "testing/backplane_contract/model_fixture.hpp"
#include "testing/backplane_contract/trial.hpp"

namespace rill_test {

/// A trial with a log that may have a defect. Waits are short.
struct trial_stage
{
    rill::testing::backplane_fixture fixture;
    rill::testing::contract::trial trial;

    explicit trial_stage(defect fault = defect::none, std::chrono::milliseconds patience = std::chrono::seconds(10))
        : fixture(with(model_fixture(fault), patience)), trial(fixture, 5)
    {}

    static rill::testing::backplane_fixture with(rill::testing::backplane_fixture f, std::chrono::milliseconds patience)
    {
        f.patience = patience;
        return f;
    }
};

/// Returns the message of the violation. Empty: none.
template <class F>
std::string message_of(F f)
{
    try {
        f();
    } catch (const rill::testing::contract_violation& e) {
        return e.what();
    }
    return {};
}

} // namespace rill_test
