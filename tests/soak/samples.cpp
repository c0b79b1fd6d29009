#include "soak/samples.hpp"

#include <cstdio>
#include <numeric>
#include <utility>

namespace rill_soak {

namespace {

/// Returns the means of the first and of the last third.
std::pair<double, double> thirds(const std::vector<double>& all)
{
    const auto third = static_cast<std::ptrdiff_t>(all.size() / 3);
    const auto mean = [third](auto begin) {
        return std::accumulate(begin, begin + third, 0.0) / static_cast<double>(third);
    };
    return {mean(all.begin()), mean(all.end() - third)};
}

} // namespace

bool samples::is_flat() const
{
    const auto m = thirds(memory);
    const auto d = thirds(descriptors);
    return m.second <= m.first * 1.1 + 1024 && d.second <= d.first * 1.1 + 10;
}

std::string samples::text() const
{
    const auto m = thirds(memory);
    const auto d = thirds(descriptors);
    char line[200];
    std::snprintf(
        line, sizeof line,
        "%zu samples; anonymous memory %.0f KiB in the first third, %.0f KiB in the last; descriptors %.0f, %.0f",
        memory.size(), m.first, m.second, d.first, d.second);
    return line;
}

} // namespace rill_soak
