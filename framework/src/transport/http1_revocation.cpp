#include "transport/http1_revocation.hpp"

namespace rill::transport {

void http1_revocation::end_stream(close_reason reason)
{
    if (connection_.has_stream()) {
        connection_.end(reason);
    }
}

bool http1_revocation::end_stream_if(const stream_predicate& which, close_reason reason)
{
    const auto& c = connection_;
    const bool is_open = c.has_stream() && c.reason_ == close_reason::open && c.producer_ != producer::none;
    const bool may_begin =
        reason == close_reason::revoked && (c.phase_ == phase::handling || c.phase_ == phase::receiving);
    if ((!is_open && !may_begin) || !which(info())) {
        return false;
    }
    if (is_open) {
        connection_.end(reason);
        return true;
    }
    prevent_stream();
    return false;
}

// A request may have passed the check of its credentials before they were revoked. Its handler continues, because it
// may change data and its response is no stream perhaps.
void http1_revocation::prevent_stream() noexcept
{
    auto& c = connection_;
    if (c.memory_ == working_memory::pending_stream) { // the client has got nothing of the response yet
        c.schedule(next_step::destroy);
    } else if (auto* current = c.current_request()) {
        current->revoked = true;
    }
}

stream_info http1_revocation::info() const
{
    const auto& c = connection_;
    stream_info info{.address = [&c] { return c.socket_.peer_address(); }};
    const auto* current = c.current_request();
    if (c.memory_ != working_memory::request) {
        info.id = c.has_stream() ? c.stream_number_ : 0;
        info.route = c.worker_.stats.routes[c.stream_.route].route;
        info.tag = c.tag();
    } else if (current != nullptr && current->handled != nullptr) {
        const auto* tag = current->handled->attribute<stream_tag>();
        info.route = current->handled->route();
        info.tag = tag != nullptr ? std::string_view(tag->text()) : std::string_view();
    }
    return info;
}

} // namespace rill::transport
