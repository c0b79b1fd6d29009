#include "transport/capacity.hpp"

#include <algorithm>
#include <rill/core/detail/add_within.hpp>

namespace rill::transport {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// Of who comes through a Unix socket, which is a proxy for all its clients: not one client of many connections.
constexpr std::uint64_t no_address = 0;

// Those that are told that there is no place take one meanwhile: so many at most.
std::size_t most_refusing(const capacity_limits& limits) noexcept
{
    return std::clamp<std::size_t>(limits.max_connections / 16, 16, 1024);
}

// Adds one, unless there are `most` already. 0: any number.
bool add_one(capacity::counter& to, std::size_t most) noexcept
{
    if (to.fetch_add(1, relaxed) < most || most == 0) {
        return true;
    }
    to.fetch_sub(1, relaxed);
    return false;
}

} // namespace

address_counter::shard& address_counter::of(std::uint64_t address) noexcept
{
    return shards_[(address * 0x9E37'79B9'7F4A'7C15U) >> 60];
}

bool address_counter::enter(std::uint64_t address, std::size_t most)
{
    auto& s = of(address);
    const std::lock_guard lock(s.mutex);
    auto& count = s.counts[address];
    if (count >= most) {
        return false;
    }
    ++count;
    return true;
}

void address_counter::leave(std::uint64_t address) noexcept
{
    auto& s = of(address);
    const std::lock_guard lock(s.mutex);
    const auto found = s.counts.find(address);
    if (found != s.counts.end() && --found->second == 0) {
        s.counts.erase(found);
    }
}

capacity::capacity(const capacity_limits& limits) : limits(limits) {}

capacity::place capacity::enter(std::uint64_t address)
{
    if (take_place(address)) {
        return place::given;
    }
    if (add_one(refusing, most_refusing(limits))) {
        return place::none;
    }
    refused_connections.fetch_add(1, relaxed);
    return place::none_left;
}

bool capacity::enter_late(std::uint64_t address)
{
    if (!take_place(address)) {
        return false;
    }
    refusing.fetch_sub(1, relaxed);
    return true;
}

bool capacity::take_place(std::uint64_t address)
{
    const bool by_address = counts_connections_by_address() && address != no_address;
    if (by_address && !connections_by_address_.enter(address, limits.max_connections_per_address)) {
        return false;
    }
    if (!add_one(connections, limits.max_connections)) {
        if (by_address) {
            connections_by_address_.leave(address);
        }
        return false;
    }
    return true;
}

void capacity::leave(place p, std::uint64_t address) noexcept
{
    if (p == place::none) {
        refusing.fetch_sub(1, relaxed);
        refused_connections.fetch_add(1, relaxed);
        return;
    }
    connections.fetch_sub(1, relaxed);
    if (counts_connections_by_address() && address != no_address) {
        connections_by_address_.leave(address);
    }
}

bool capacity::enter_stream(std::uint64_t address)
{
    const bool by_address = counts_streams_by_address() && address != no_address;
    if (!by_address || streams_by_address_.enter(address, limits.max_streams_per_address)) {
        if (add_one(streams, limits.max_streams)) {
            return true;
        }
        if (by_address) {
            streams_by_address_.leave(address);
        }
    }
    return false;
}

void capacity::leave_stream(std::uint64_t address) noexcept
{
    streams.fetch_sub(1, relaxed);
    if (counts_streams_by_address() && address != no_address) {
        streams_by_address_.leave(address);
    }
}

bool capacity::queue(std::size_t bytes) noexcept
{
    return detail::add_within(queued_bytes, bytes, limits.max_queued_bytes == 0 ? SIZE_MAX : limits.max_queued_bytes);
}

bool capacity::can_queue(std::size_t bytes) const noexcept
{
    const auto queued = queued_bytes.load(relaxed);
    return limits.max_queued_bytes == 0 ||
           (queued <= limits.max_queued_bytes && bytes <= limits.max_queued_bytes - queued);
}

bool capacity::hold(std::size_t bytes) noexcept
{
    return detail::add_within(body_bytes, bytes, limits.max_body_bytes == 0 ? SIZE_MAX : limits.max_body_bytes);
}

} // namespace rill::transport
