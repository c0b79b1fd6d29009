#include "sqlite/identity.hpp"

#include <fstream>
#include <sys/stat.h>

namespace rill::sqlite::detail {

file_identity identity_of(const std::string& file) noexcept
{
    struct stat found = {};
    if (::stat(file.c_str(), &found) != 0) {
        return {};
    }
    return {found.st_dev, found.st_ino};
}

std::string boot_id()
{
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
}

} // namespace rill::sqlite::detail
