#include <rill/http/close_reason.hpp>

namespace rill {

std::string_view to_string(close_reason reason) noexcept
{
    switch (reason) {
    case close_reason::open:
        return "open";
    case close_reason::peer_closed:
        return "peer_closed";
    case close_reason::peer_reset:
        return "peer_reset";
    case close_reason::write_timeout:
        return "write_timeout";
    case close_reason::evicted:
        return "evicted";
    case close_reason::drained:
        return "drained";
    case close_reason::handler_returned:
        return "handler_returned";
    case close_reason::handler_error:
        return "handler_error";
    case close_reason::over_capacity:
        return "over_capacity";
    case close_reason::revoked:
        return "revoked";
    case close_reason::expired:
        return "expired";
    }
    return "unknown";
}

} // namespace rill
