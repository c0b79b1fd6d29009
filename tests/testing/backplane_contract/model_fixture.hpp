#pragma once

#include <algorithm>
#include <rill/testing/backplane_contract.hpp>
#include <string>
#include <string_view>

#include "testing/backplane_contract/model_log.hpp"

namespace rill_test {

/// A fixture of the contract with all faults, for a model_log.
inline rill::testing::backplane_fixture model_fixture(defect fault = defect::none)
{
    struct world
    {
        std::shared_ptr<model_server> server;
        std::uint64_t first = 1'000'000;
    };
    const auto w = std::make_shared<world>();
    const auto change = [w](auto f) {
        return [w, f] {
            const std::lock_guard lock(w->server->mutex);
            f(*w->server);
            w->server->changed.notify_all();
        };
    };
    rill::testing::backplane_fixture fixture;
    fixture.create = [w] {
        w->first += 1'000'000; // the ids of another log are never used again
        w->server = std::make_shared<model_server>(w->first);
    };
    fixture.open = [w, fault] { return std::make_shared<model_log>(w->server, fault); };
    fixture.interrupt = change([](model_server& s) {
        s.interrupted = true;
        ++s.interruptions;
    });
    fixture.restore = change([](model_server& s) { s.interrupted = false; });
    fixture.slow = change([](model_server& s) { s.slow = true; });
    fixture.fast = change([](model_server& s) { s.slow = false; });
    fixture.save = change([](model_server& s) { s.saved = s.state; });
    fixture.lose_tail = change([fault](model_server& s) { s.lose_tail(fault); });
    fixture.trim = [w, fault](std::size_t keep) {
        const std::lock_guard lock(w->server->mutex);
        w->server->trim(keep, fault);
    };
    return fixture;
}

/// Runs one case with a defective log. Returns the message of its violation. Empty: the case has not found the defect.
inline std::string violation_of(defect fault, std::string_view name, std::chrono::milliseconds patience)
{
    auto fixture = model_fixture(fault);
    fixture.patience = patience;
    for (const auto& c : rill::testing::backplane_contract(fixture)) {
        if (c.name == name) {
            try {
                c.run();
                return {};
            } catch (const rill::testing::contract_violation& e) {
                return e.what();
            }
        }
    }
    return "there is no case with this name";
}

} // namespace rill_test
