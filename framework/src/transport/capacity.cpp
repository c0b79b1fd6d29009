#include "transport/capacity.hpp"

#include <algorithm>

#include "core/bounded_add.hpp"

namespace rill::transport {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// Peers on a Unix socket have no address. Such a peer is a proxy for many clients, so limits per address do not apply.
constexpr std::uint64_t no_address = 0;

std::size_t max_provisional(const capacity_limits& limits) noexcept
{
    return std::clamp<std::size_t>(limits.max_connections / 16, 16, 1024);
}

// Adds one, unless there are `max` already. A `max` of 0 means no limit.
bool add_one(capacity::counter& to, std::size_t max) noexcept
{
    return detail::bounded_add(to, 1, max == 0 ? SIZE_MAX : max);
}

} // namespace

address_counter::shard& address_counter::shard_of(std::uint64_t address) noexcept
{
    return shards_[(address * 0x9E37'79B9'7F4A'7C15U) >> 60];
}

bool address_counter::admit(std::uint64_t address, std::size_t max)
{
    auto& s = shard_of(address);
    const std::lock_guard lock(s.mutex);
    auto& count = s.counts[address];
    if (count >= max) {
        return false;
    }
    ++count;
    return true;
}

void address_counter::release(std::uint64_t address) noexcept
{
    auto& s = shard_of(address);
    const std::lock_guard lock(s.mutex);
    const auto found = s.counts.find(address);
    if (found != s.counts.end() && --found->second == 0) {
        s.counts.erase(found);
    }
}

capacity::capacity(const capacity_limits& limits) : limits(limits) {}

capacity::slot capacity::admit(std::uint64_t address)
{
    if (take_slot(address)) {
        return slot::granted;
    }
    if (add_one(provisional, max_provisional(limits))) {
        return slot::provisional;
    }
    refused_connections.fetch_add(1, relaxed);
    return slot::rejected;
}

bool capacity::confirm(std::uint64_t address)
{
    if (!take_slot(address)) {
        return false;
    }
    provisional.fetch_sub(1, relaxed);
    return true;
}

bool capacity::take_slot(std::uint64_t address)
{
    const bool by_address = counts_connections_by_address() && address != no_address;
    if (by_address && !connections_by_address_.admit(address, limits.max_connections_per_address)) {
        return false;
    }
    if (!add_one(connections, limits.max_connections)) {
        if (by_address) {
            connections_by_address_.release(address);
        }
        return false;
    }
    return true;
}

void capacity::release(slot held, std::uint64_t address) noexcept
{
    if (held == slot::provisional) {
        provisional.fetch_sub(1, relaxed);
        refused_connections.fetch_add(1, relaxed);
        return;
    }
    connections.fetch_sub(1, relaxed);
    if (counts_connections_by_address() && address != no_address) {
        connections_by_address_.release(address);
    }
}

bool capacity::admit_stream(std::uint64_t address)
{
    const bool by_address = counts_streams_by_address() && address != no_address;
    if (!by_address || streams_by_address_.admit(address, limits.max_streams_per_address)) {
        if (add_one(streams, limits.max_streams)) {
            return true;
        }
        if (by_address) {
            streams_by_address_.release(address);
        }
    }
    return false;
}

void capacity::release_stream(std::uint64_t address) noexcept
{
    streams.fetch_sub(1, relaxed);
    if (counts_streams_by_address() && address != no_address) {
        streams_by_address_.release(address);
    }
}

bool capacity::queue(std::size_t bytes) noexcept
{
    return detail::bounded_add(queued_bytes, bytes, limits.max_queued_bytes == 0 ? SIZE_MAX : limits.max_queued_bytes);
}

bool capacity::can_queue(std::size_t bytes) const noexcept
{
    const auto queued = queued_bytes.load(relaxed);
    return limits.max_queued_bytes == 0 ||
           (queued <= limits.max_queued_bytes && bytes <= limits.max_queued_bytes - queued);
}

bool capacity::hold(std::size_t bytes) noexcept
{
    return detail::bounded_add(body_bytes, bytes, limits.max_body_bytes == 0 ? SIZE_MAX : limits.max_body_bytes);
}

} // namespace rill::transport
