#pragma once

#include <array>
#include <cstddef>
#include <rill/server/log.hpp>
#include <string_view>

namespace rill {

/// "2026-01-31T23:59:59.123Z", now. Async-signal-safe.
std::array<char, 24> utc_stamp() noexcept;

/// A line of the built-in log that is made in advance, so that a signal handler can write it.
class prepared_line
{
public:
    /// Writes nothing.
    prepared_line() = default;
    /// @param text  256 bytes of the line at most
    prepared_line(log_format format, log_level level, std::string_view text);

    /// To standard error. Async-signal-safe.
    void write() const noexcept;

private:
    static constexpr std::size_t longest = 512;

    std::array<char, longest> text_{}; // with room for the time
    std::size_t size_ = 0;
    std::size_t stamp_at_ = 0;
};

} // namespace rill
