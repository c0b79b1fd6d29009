#include "harness/support/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace bench {

namespace {

struct unit
{
    std::string_view name;
    double nanoseconds;
};

constexpr std::array<unit, 6> units{{{"h", 3600e9}, {"m", 60e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}}};

constexpr double max_nanoseconds = 1e18; // about 31 years; a signed 64-bit integer can hold this

} // namespace

tl::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text)
{
    const auto bad = [&] {
        return tl::unexpected("'" + std::string(text) + "' is not a duration; write for example 30s, 250ms or 2m");
    };
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(value) || value < 0 || std::signbit(value)) {
        return bad();
    }
    const auto name = text.substr(static_cast<std::size_t>(end - text.data()));
    if (name.empty() && value == 0) {
        return std::chrono::nanoseconds(0);
    }
    for (const auto& unit : units) {
        if (name == unit.name && value * unit.nanoseconds <= max_nanoseconds) {
            return std::chrono::nanoseconds(std::llround(value * unit.nanoseconds));
        }
    }
    return bad();
}

std::string to_text(std::chrono::nanoseconds duration)
{
    const auto count = static_cast<double>(duration.count());
    for (const auto& unit : units) {
        if (count >= unit.nanoseconds) {
            std::array<char, 48> buffer;
            const int size = std::snprintf(buffer.data(), buffer.size(), "%.4g", count / unit.nanoseconds);
            return std::string(buffer.data(), static_cast<std::size_t>(size)).append(unit.name);
        }
    }
    return "0s";
}

} // namespace bench
