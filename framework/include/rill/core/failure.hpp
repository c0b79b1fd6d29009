#pragma once

#include <rill/core/error.hpp>
#include <string>
#include <utility>

namespace rill {

/// What went wrong at run time, and where. The error of a function that takes several steps, each of which may fail
/// for reasons outside the program (server::listen()). A program tests `code`; a person reads message().
///
/// Mistakes of the program, such as an option that cannot be, are exceptions derived from std::logic_error instead.
struct failure
{
    // A constructor, as g++ 12 destroys aggregates twice that are temporaries in a co_await expression.
    failure(error_code code, std::string where) : code(code), where(std::move(where)) {}

    /// The operating system's error, or one of rill::error. Compares with std::errc:
    /// `code == std::errc::address_in_use`.
    error_code code;
    /// The step that failed and what it was applied to, e.g. "bind 127.0.0.1:8080".
    std::string where;

    /// One line: "bind 127.0.0.1:8080: Address already in use".
    std::string message() const;
};

} // namespace rill
