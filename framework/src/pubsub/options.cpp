#include <rill/pubsub/options.hpp>

namespace rill::pubsub {

std::string_view to_string(slow_reason reason) noexcept
{
    switch (reason) {
    case slow_reason::backlog:
        return "backlog";
    case slow_reason::not_held:
        return "not_held";
    case slow_reason::unsent:
        return "unsent";
    case slow_reason::write_timeout:
        return "write_timeout";
    case slow_reason::over_capacity:
        return "over_capacity";
    }
    return "unknown";
}

} // namespace rill::pubsub
