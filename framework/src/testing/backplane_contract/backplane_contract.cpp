#include <rill/testing/backplane_contract.hpp>

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <utility>

#include "testing/backplane_contract/cases.hpp"

namespace rill::testing {

namespace {

using contract::case_entry;
using contract::need;

void check_fixture(const backplane_fixture& f)
{
    if (!f.create || !f.open) {
        throw std::invalid_argument("backplane_fixture: create and open must not be empty");
    }
    if (!f.interrupt != !f.restore || !f.slow != !f.fast || !f.save != !f.lose_tail) {
        throw std::invalid_argument("backplane_fixture: set both functions of a pair: interrupt and restore, slow and "
                                    "fast, save and lose_tail");
    }
}

std::uint64_t seed_of(const backplane_fixture& f)
{
    if (f.seed != 0) {
        return f.seed;
    }
    const auto* text = std::getenv("RILL_TEST_SEED");
    return text != nullptr && *text != '\0' ? std::stoull(text) : 1;
}

// Returns why the need is not met. Empty: it is met.
std::string_view missing(need n, const backplane_fixture& f, bool holds_past)
{
    switch (n) {
    case need::past:
        return holds_past ? "" : "the log does not hold its past";
    case need::idempotency_keys:
        return f.idempotency_keys ? "" : "the log does not check idempotency keys";
    case need::counters:
        return f.counters ? "" : "the log has no counters";
    case need::interrupt:
        return f.interrupt ? "" : "the fixture has no interrupt()";
    case need::slow:
        return f.slow ? "" : "the fixture has no slow()";
    case need::trim:
        return f.trim ? "" : "the fixture has no trim()";
    case need::lose_tail:
        return f.lose_tail ? "" : "the fixture has no lose_tail()";
    case need::lose_tail_while_open:
        break;
    }
    return f.lose_tail && f.lose_tail_while_open ? "" : "the fixture has no lose_tail() for open connections";
}

std::string why_skipped(const case_entry& entry, const backplane_fixture& f, bool holds_past)
{
    for (const auto n : entry.needs) {
        if (const auto why = missing(n, f, holds_past); !why.empty()) {
            return std::string(why);
        }
    }
    return {};
}

void run_case(const case_entry& entry, const backplane_fixture& fixture, std::uint64_t seed)
{
    contract::trial trial(fixture, seed);
    entry.run(trial);
    trial.finish();
}

bool log_holds_past(const backplane_fixture& fixture)
{
    fixture.create();
    const auto log = fixture.open();
    return log && log->holds_past();
}

} // namespace

std::vector<contract_case> backplane_contract(const backplane_fixture& fixture)
{
    check_fixture(fixture);
    const auto seed = seed_of(fixture);
    const bool holds_past = log_holds_past(fixture);
    std::vector<contract_case> cases;
    for (const auto& group :
         {contract::append_cases(), contract::idempotency_cases(), contract::page_cases(), contract::id_cases(),
          contract::reader_cases(), contract::hand_over_cases(), contract::interruption_cases(), contract::trim_cases(),
          contract::lost_tail_cases(), contract::end_cases()})
    {
        for (const auto& entry : group) {
            contract_case added{
                .name = std::string(entry.name), .skipped = why_skipped(entry, fixture, holds_past), .run = [] {}};
            if (added.skipped.empty()) {
                added.run = [entry, fixture, seed] { run_case(entry, fixture, seed); };
            }
            cases.push_back(std::move(added));
        }
    }
    return cases;
}

contract_report run_backplane_contract(const backplane_fixture& fixture, std::string_view only)
{
    contract_report report;
    for (const auto& c : backplane_contract(fixture)) {
        if (c.name.find(only) == std::string::npos) {
            continue;
        }
        if (!c.skipped.empty()) {
            report.skipped.push_back({c.name, c.skipped});
            continue;
        }
        try {
            c.run();
            report.passed.push_back({c.name, {}});
        } catch (const std::exception& e) {
            report.failed.push_back({c.name, e.what()});
        } catch (...) {
            report.failed.push_back({c.name, "an exception that is no std::exception"});
        }
    }
    return report;
}

std::string contract_report::text() const
{
    std::string lines;
    for (const auto& f : failed) {
        lines.append("failed: ").append(f.name).append(": ").append(f.message).append("\n");
    }
    for (const auto& s : skipped) {
        lines.append("skipped: ").append(s.name).append(": ").append(s.message).append("\n");
    }
    return lines.append(std::to_string(passed.size()))
        .append(" cases passed, ")
        .append(std::to_string(failed.size()))
        .append(" failed, ")
        .append(std::to_string(skipped.size()))
        .append(" skipped");
}

} // namespace rill::testing
