#pragma once

#include <array>
#include <cstddef>
#include <rill/http/observer.hpp>
#include <rill/server/log_format.hpp>
#include <string_view>

namespace rill {

/// A line of the built-in log that is prepared in advance, so that a signal handler can write it.
class prepared_line
{
public:
    /// An empty line. write() writes nothing.
    prepared_line() = default;
    /// @param text  the message. Only its first 256 bytes are used.
    prepared_line(log_format format, log_level level, std::string_view text);

    /// Writes the line to standard error, with the present time. Async-signal-safe.
    void write() const noexcept;

private:
    static constexpr std::size_t max_size = 512;

    std::array<char, max_size> text_{};
    std::size_t size_ = 0;
    std::size_t timestamp_offset_ = 0;
};

} // namespace rill
