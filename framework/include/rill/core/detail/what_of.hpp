#pragma once

#include <exception>
#include <string>

namespace rill::detail {

/// What an exception that nobody has caught says of itself, for the log. Never null. May throw bad_alloc.
inline std::string what_of(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "something that is not a std::exception";
    }
}

} // namespace rill::detail
