#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace bench {

/// Prints the name of the program and an error message to standard error. Returns `code`.
int print_error(const std::string& message, int code);

/// Writes the figures. `text` goes to standard output. If the JSON goes to standard output, `text` goes to standard
/// error.
/// @param json_file  the file for the JSON; "-" is standard output, and an empty name means no JSON
/// @return false if the file cannot be written; the error has then been printed
bool write_figures(const std::string& json_file, const boost::json::object& json, const std::string& text);

} // namespace bench
