#pragma once

#include <rill/core/error.hpp>

namespace rill::sqlite {

/// The result codes of SQLite, including its extended codes, with the messages of SQLite. A code that says that the log
/// cannot append or read stands for rill::error::log_unavailable: `code == rill::error::log_unavailable` is true.
const boost::system::error_category& error_category() noexcept;

/// @param code  a result code of SQLite, such as SQLITE_FULL
error_code make_error_code(int code) noexcept;

} // namespace rill::sqlite
