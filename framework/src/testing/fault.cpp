#include <rill/testing/fault.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "testing/fault_plan.hpp"

namespace rill::testing {

namespace detail {

namespace {

// A schedule shortens one in four operations, to at most this number of bytes.
constexpr std::uint64_t max_shortened = 40;

} // namespace

operation_limit fault_plan::next_operation()
{
    ++operations;
    switch (kind) {
    case type::fail:
        return {.fails = operations == value};
    case type::shorten:
        return {.max_bytes = operations == value ? 1 : SIZE_MAX};
    case type::schedule:
        return {.max_bytes = random() % 4 == 0 ? 1 + random() % max_shortened : SIZE_MAX};
    case type::none:
    case type::cut:
        break;
    }
    return {};
}

std::size_t fault_plan::left_before_cut(std::size_t sent) const noexcept
{
    if (kind != type::cut) {
        return SIZE_MAX;
    }
    return value > sent ? value - sent : 0;
}

} // namespace detail

using detail::fault_plan;

fault::fault() : fault(fault_plan{}) {}

fault::fault(fault_plan plan) : plan_(std::make_shared<fault_plan>(plan)) {}

fault fault::fail_operation(std::size_t n)
{
    return fault(fault_plan{.kind = fault_plan::type::fail, .value = n});
}

fault fault::shorten_operation(std::size_t n)
{
    return fault(fault_plan{.kind = fault_plan::type::shorten, .value = n});
}

fault fault::cut_after(std::size_t bytes)
{
    return fault(fault_plan{.kind = fault_plan::type::cut, .value = bytes});
}

fault fault::schedule(std::uint64_t seed)
{
    return fault(fault_plan{.kind = fault_plan::type::schedule, .value = seed});
}

std::string fault::describe() const
{
    const auto number = std::to_string(plan_->value);
    switch (plan_->kind) {
    case fault_plan::type::fail:
        return "operation " + number + " fails";
    case fault_plan::type::shorten:
        return "operation " + number + " transfers one byte";
    case fault_plan::type::cut:
        return "the connection is cut after " + number + " bytes";
    case fault_plan::type::schedule:
        return "the schedule has the seed " + number;
    case fault_plan::type::none:
        break;
    }
    return "no fault";
}

std::size_t fault::operations() const noexcept
{
    return plan_->operations;
}

std::size_t fault::bytes_sent() const noexcept
{
    return plan_->bytes_sent;
}

namespace {

void run_with(const fault& f, const fault_test& test)
{
    try {
        test(f);
    } catch (const std::exception& e) {
        std::throw_with_nested(std::runtime_error("if " + f.describe() + ": " + e.what()));
    }
}

void run_with_seed(std::uint64_t seed, const fault_test& test)
{
    try {
        run_with(fault::schedule(seed), test);
    } catch (...) {
        std::clog << "rill::testing: RILL_TEST_SEED=" << seed << " runs this schedule alone\n";
        throw;
    }
}

} // namespace

std::size_t each_fault(const fault_test& test, const each_fault_options& options)
{
    const fault none;
    run_with(none, test);
    const auto operations = none.operations();
    const auto bytes = none.bytes_sent();
    if (operations == 0) {
        throw std::logic_error("each_fault(): the test made no operation: pass the fault to options::faults");
    }
    std::size_t runs = 1;
    for (std::size_t n = 1; n <= operations; ++n) {
        run_with(fault::fail_operation(n), test);
        run_with(fault::shorten_operation(n), test);
        runs += 2;
    }
    const auto cuts = bytes < options.max_cuts ? bytes : options.max_cuts;
    for (std::size_t i = 0; i < cuts; ++i) {
        run_with(fault::cut_after(cuts == 1 ? 0 : i * (bytes - 1) / (cuts - 1)), test);
        ++runs;
    }
    return runs;
}

std::size_t each_schedule(std::size_t count, const fault_test& test)
{
    if (const auto* seed = std::getenv("RILL_TEST_SEED"); seed != nullptr && *seed != '\0') {
        run_with_seed(std::stoull(seed), test);
        return 1;
    }
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
        run_with_seed(seed, test);
    }
    return count;
}

} // namespace rill::testing
