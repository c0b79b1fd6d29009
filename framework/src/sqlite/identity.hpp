#pragma once

#include <cstdint>
#include <string>

namespace rill::sqlite::detail {

/// The identity of a file. A copy of a file has another one.
struct file_identity
{
    std::uint64_t device = 0;
    std::uint64_t inode = 0; ///< 0: the file does not exist

    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// Does not open the file. If a process closes any descriptor of a database, the system drops all locks of SQLite.
file_identity identity_of(const std::string& file) noexcept;

/// The id of the present run of the kernel. Empty if the system does not tell it.
std::string boot_id();

} // namespace rill::sqlite::detail
