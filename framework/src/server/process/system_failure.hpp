#pragma once

#include <exception>
#include <rill/core/failure.hpp>
#include <string>

namespace rill {

/// The failure of a system call.
/// @param number  the errno of the call. The caller must read it before another call can change it.
failure system_failure(int number, std::string where);

/// Converts an exception of Asio or of the standard library to a failure with the same code. bad_alloc becomes
/// not_enough_memory. Rethrows an exception that has no code.
failure failure_from(const std::exception_ptr& error, std::string where);

} // namespace rill
