#include "redis/known_primary.hpp"

namespace rill::redis::detail {

bool known_primary::learn(const std::string& server, std::uint64_t version)
{
    if (version < version_) {
        return false;
    }
    server_ = server;
    version_ = version;
    return true;
}

} // namespace rill::redis::detail
