#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rill_soak {

/// Memory and descriptors of one server, while its clients are there.
struct samples
{
    std::vector<double> memory; ///< KiB
    std::vector<double> descriptors;

    /// Too few say nothing.
    bool count() const noexcept { return memory.size() >= 12; }

    /// No more than a tenth (and 1 MiB, or 10 descriptors) above the first third in the last one.
    bool is_flat() const;

    std::string text() const;
};

} // namespace rill_soak
