#pragma once

#include <exception>
#include <rill/core/failure.hpp>
#include <string>

namespace rill {

/// The failure of a system call.
/// @param number its errno, read before anything else could change it
failure call_failure(int number, std::string where);

/// The failure that an exception of Asio or of the standard library stands for: its code, or not_enough_memory for
/// bad_alloc. Rethrows one that has no code.
failure failure_of(const std::exception_ptr& error, std::string where);

} // namespace rill
