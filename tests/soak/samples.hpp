#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rill_soak {

/// The memory and the descriptors of one server while its clients are connected.
struct samples
{
    std::vector<double> memory; ///< KiB
    std::vector<double> descriptors;

    /// Returns false if there are too few samples for a result.
    bool count() const noexcept { return memory.size() >= 12; }

    /// Returns true if the last third is at most 10 % plus 1 MiB (or plus 10 descriptors) above the first third.
    bool is_flat() const;

    std::string text() const;
};

} // namespace rill_soak
