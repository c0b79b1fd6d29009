#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace bench {

/// Prints an error message to standard error, after the name of the program, and returns `code`.
int print_error(const std::string& message, int code);

/// Writes the figures. `text` goes to standard output, or to standard error when the JSON goes to standard output.
/// @param json_file the file for the JSON; "-" is standard output, and an empty name means no JSON
/// @return false when the file cannot be written; the error is then already printed
bool write_figures(const std::string& json_file, const boost::json::object& json, const std::string& text);

} // namespace bench
