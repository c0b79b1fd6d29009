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
    std::uint64_t end = 0; ///< the offset in the file of what follows the line
};

/// Cuts what is read from a growing file into lines. Knows no files: bytes go in by feed(), lines come out by next().
///
/// An unfinished line is held back. Of a line longer than `max_length` only the beginning is kept, so that a file
/// without line ends costs no memory.
class line_splitter
{
public:
    static constexpr std::size_t max_length = 16 * 1024; ///< in bytes

    /// @param offset where in the file the first byte that is fed lies
    explicit line_splitter(std::uint64_t offset = 0) noexcept : offset_(offset) {}

    void feed(std::string_view bytes);

    /// What is fed from now on lies at the beginning of another file. What is unfinished becomes a line.
    void restart();

    /// The next complete line.
    std::optional<line> next();

    /// Where in the file the next byte to be fed lies.
    std::uint64_t offset() const noexcept { return offset_; }

private:
    void hold(std::string_view part);
    void complete();

    std::uint64_t offset_;
    std::deque<line> lines_;
    std::string held_; ///< the beginning of the unfinished line
    bool cut_ = false; ///< it had more than `max_length`
};

/// Where the last `count` complete lines of `text` begin. `text` is the end of a file, or all of it (`whole`); a line
/// of which it lacks the beginning does not count.
std::size_t begin_of_last_lines(std::string_view text, unsigned count, bool whole) noexcept;

/// `text` with each byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string to_utf8(std::string_view text);

} // namespace log_tail
