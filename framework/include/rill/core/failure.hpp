#pragma once

#include <rill/core/error.hpp>
#include <string>
#include <utility>

namespace rill {

/// A run-time error and the step that failed. Returned by functions that take several steps, each of which may fail for
/// reasons outside the program (server::listen()). A program tests `code`, a person reads message().
///
/// Mistakes of the program, such as an invalid option, are exceptions derived from std::logic_error instead.
struct failure
{
    // A constructor, because g++ 12 destroys a temporary aggregate twice in a co_await expression.
    failure(error_code code, std::string where) : code(code), where(std::move(where)) {}

    /// An error of the operating system, or one of rill::error. It can be compared with std::errc:
    /// `code == std::errc::address_in_use`.
    error_code code;
    /// The step that failed and its object, e.g. "bind 127.0.0.1:8080".
    std::string where;

    /// Returns one line: "bind 127.0.0.1:8080: Address already in use".
    std::string message() const;
};

} // namespace rill
