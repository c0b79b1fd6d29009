#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace history {

using milliseconds = std::chrono::milliseconds;

/// Random numbers that depend on the seed only.
class random_source
{
public:
    explicit random_source(std::uint64_t seed) : engine_(seed) {}

    /// A number from 0 to `below` - 1.
    std::size_t draw(std::size_t below) { return static_cast<std::size_t>(engine_() % below); }
    /// A time from `first` to `last`.
    milliseconds draw(milliseconds first, milliseconds last)
    {
        return first + milliseconds(draw(static_cast<std::size_t>((last - first).count()) + 1));
    }
    bool one_in(std::size_t count) { return draw(count) == 0; }

private:
    std::mt19937_64 engine_;
};

/// A kind of fault, and how long it lasts.
struct fault_kind
{
    std::string name;
    milliseconds shortest{0};
    milliseconds longest{0};
};

struct fault
{
    std::string name;
    milliseconds begin{0};
    milliseconds end{0};
    std::uint64_t choice = 0; ///< the log selects the server and the variant of the fault with this number
    bool is_node = false;     ///< the fault kills a rill process instead of harming the log
};

struct plan_options
{
    std::uint64_t seed = 1;
    milliseconds time{15'000};
    std::vector<fault_kind> log_faults{};
    bool kills_nodes = true;
};

/// Returns the faults in the order of their begin. At most one fault of the log and at most one fault of a rill process
/// are active at a time. Each kind of fault of the log occurs once before a kind occurs again. All faults end before
/// the last tenth of the time.
std::vector<fault> make_plan(const plan_options& options);

/// One line for each fault.
std::string to_text(const std::vector<fault>& plan);

} // namespace history
