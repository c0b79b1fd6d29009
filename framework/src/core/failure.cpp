#include <rill/core/failure.hpp>

namespace rill {

std::string failure::message() const
{
    return where + ": " + code.message();
}

} // namespace rill
