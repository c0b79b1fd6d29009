#pragma once

#include <cstdint>
#include <optional>
#include <rill/http/response.hpp>
#include <string>

#include "log_tail/line_splitter.hpp"

namespace log_tail {

/// A file that somebody else appends to. Notices when it was truncated, and when another file has taken its place
/// (rotation): its lines are then read from the beginning. Reads block, but a log's end is in memory.
class log_file
{
public:
    static constexpr std::int64_t last_lines = -1; ///< in place of an offset: begin with the last ten lines

    /// The file need not exist yet.
    /// @param offset where to begin, as told by line::end. Beyond the end of the file: it is another one by now, and is
    ///               read from its beginning. Not at the beginning of a line: as with `last_lines`.
    log_file(std::string path, std::int64_t offset);

    /// The next line, if it is complete.
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
