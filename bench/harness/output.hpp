#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace bench {

/// Prints an error of the program as it should be printed, and returns `code`.
int complain(const std::string& what, int code);

/// Writes figures to where the user wants them: JSON to `json_file` (- is standard output, empty nowhere), and `text`
/// to standard output, unless that is taken by the JSON: then to standard error.
/// @return false, and the error is printed, when the file can't be written
bool write_figures(const std::string& json_file, const boost::json::object& json, const std::string& text);

} // namespace bench
