#include "transport/stream_extras.hpp"

#include <utility>

#include "transport/connection.hpp"

namespace rill::transport {

namespace {

// If the table has more buckets, an empty table releases their memory.
constexpr std::size_t max_kept_buckets = 1024;

} // namespace

// The table still has entries if the shutdown could not end their streams.
stream_extras::~stream_extras()
{
    for (auto& [socket, e] : entries_) {
        timer_service::remove(e);
    }
}

void stream_extras::set_tag(int socket, std::string tag)
{
    entries_[socket].tag = std::move(tag);
}

std::string_view stream_extras::tag(int socket) const noexcept
{
    const auto found = entries_.find(socket);
    return found != entries_.end() ? std::string_view(found->second.tag) : std::string_view();
}

void stream_extras::set_deadline(int socket, connection& c, timer_service::clock::time_point when)
{
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<entry&>(node).owner->end_stream(close_reason::expired);
        }
    }};
    auto& e = entries_[socket];
    timer_service::remove(e);
    e.operations = &timer_kind;
    e.owner = &c;
    timers_.add(e, when);
}

void stream_extras::remove(int socket) noexcept
{
    const auto found = entries_.find(socket);
    if (found == entries_.end()) {
        return;
    }
    timer_service::remove(found->second);
    entries_.erase(found);
    if (entries_.empty() && entries_.bucket_count() > max_kept_buckets) {
        decltype(entries_)().swap(entries_);
    }
}

} // namespace rill::transport
