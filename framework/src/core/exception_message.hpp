#pragma once

#include <exception>
#include <string>

namespace rill::detail {

/// Returns the message of an uncaught exception, for the log. `error` must not be null. May throw bad_alloc.
inline std::string exception_message(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception that is not a std::exception";
    }
}

} // namespace rill::detail
