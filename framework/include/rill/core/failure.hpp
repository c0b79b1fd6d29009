#pragma once

#include <rill/core/error.hpp>
#include <string>
#include <utility>

namespace rill {

/// A run-time error and the step that failed. Functions with several steps return it, for example server::listen().
/// Each of their steps may fail for a reason outside the program. `code` is for programs, and message() is for people.
///
/// A mistake of the program, such as an invalid option, is an exception derived from std::logic_error instead.
struct failure
{
    // With a constructor, this type is not an aggregate. g++ 12 destroys a temporary aggregate twice in a co_await
    // expression.
    failure(error_code code, std::string where) : code(code), where(std::move(where)) {}

    /// An error of the operating system or of rill::error. It can be compared with std::errc, for example with
    /// std::errc::address_in_use.
    error_code code;
    /// The step that failed and its object, e.g. "bind 127.0.0.1:8080".
    std::string where;

    /// Returns one line: "bind 127.0.0.1:8080: Address already in use".
    std::string message() const;
};

} // namespace rill
