#pragma once

#include <cstdint>
#include <optional>
#include <rill/http/response.hpp>
#include <string>

#include "log_tail/line_splitter.hpp"

namespace log_tail {

/// A file to which another program appends. Detects that the file was truncated or replaced (rotation). Then reads the
/// lines of the new file from the beginning. Reads are synchronous. This is fast, because the end of a log is in the
/// page cache.
class log_file
{
public:
    static constexpr std::int64_t last_lines = -1; ///< in place of an offset: begin with the last ten lines

    /// The file may be created later.
    /// @param offset  start position, a value of line::end. If it is after the end of the file, the file was replaced.
    /// Then the file is read from its beginning. If it is not the beginning of a line, it means `last_lines`.
    log_file(std::string path, std::int64_t offset);

    /// Returns the next line if it is complete.
    std::optional<line> next_line();

private:
    bool read_more();
    bool open();
    bool replaced() const;
    std::uint64_t size() const;
    std::uint64_t first_offset(std::int64_t wanted) const;
    std::string read(std::uint64_t offset, std::size_t length) const;

    std::string path_;
    rill::file_handle file_;
    line_splitter lines_;
};

} // namespace log_tail
