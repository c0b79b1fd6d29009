#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace log_tail {

struct line
{
    std::string text;      ///< well-formed UTF-8 without the line end
    std::uint64_t end = 0; ///< offset of the byte after the line in the file
};

/// Splits the bytes of a growing file into lines. Does no I/O: feed() takes bytes, and next() returns lines.
///
/// The splitter keeps an incomplete line until the line ends. If a line is longer than `max_length`, the splitter keeps
/// only its beginning. Therefore a file without line ends uses little memory.
class line_splitter
{
public:
    static constexpr std::size_t max_length = 16 * 1024; ///< in bytes

    /// @param offset  position of the first fed byte in the file
    explicit line_splitter(std::uint64_t offset = 0) noexcept : offset_(offset) {}

    void feed(std::string_view bytes);

    /// Call this if the next fed byte is the first byte of another file. An incomplete line becomes a line.
    void restart();

    /// Returns the next complete line.
    std::optional<line> next();

    /// Returns the position of the next fed byte in the file.
    std::uint64_t offset() const noexcept { return offset_; }

private:
    void hold(std::string_view part);
    void complete();

    std::uint64_t offset_;
    std::deque<line> lines_;
    std::string held_; ///< the beginning of the incomplete line
    bool cut_ = false; ///< whether the incomplete line is longer than `max_length`
};

/// Returns the position of the last `count` complete lines of `text`. If `whole` is true, `text` is the whole file.
/// Otherwise it is the end of a file. A line whose beginning is missing does not count.
std::size_t begin_of_last_lines(std::string_view text, unsigned count, bool whole) noexcept;

/// Returns `text`, and replaces each byte that is not part of well-formed UTF-8 with U+FFFD.
std::string to_utf8(std::string_view text);

} // namespace log_tail
