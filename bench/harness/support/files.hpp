#pragma once

#include <string>
#include <tl/expected.hpp>

namespace bench {

/// Returns the content of a small file. Empty if the file cannot be read.
std::string read_file(const std::string& path);

/// Replaces the content of a file. Returns an error message if that fails.
tl::expected<void, std::string> write_file(const std::string& path, const std::string& text);

/// Returns the last line of a text file that is not blank. Empty if all lines are blank.
std::string last_line(const std::string& file);

} // namespace bench
