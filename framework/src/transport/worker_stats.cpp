#include "transport/worker_stats.hpp"

#include <algorithm>

namespace rill::transport {

void worker_stats::responded(unsigned status) noexcept
{
    ++responses[std::min<std::size_t>(status / 100, responses.size() - 1)];
}

std::uint16_t worker_stats::route(std::string_view name)
{
    const auto known = std::ranges::find(routes, name, &route_stats::route);
    if (known != routes.end()) {
        return static_cast<std::uint16_t>(known - routes.begin());
    }
    if (routes.size() <= max_routes) {
        routes.push_back({.route = std::string(routes.size() < max_routes ? name : "(others)")});
    }
    return static_cast<std::uint16_t>(routes.size() - 1);
}

void worker_stats::stream_opened(std::uint16_t route) noexcept
{
    ++routes[route].open;
    ++routes[route].opened;
}

void worker_stats::stream_closed(std::uint16_t route, close_reason reason) noexcept
{
    --routes[route].open;
    ++routes[route].closed[std::min(static_cast<std::size_t>(reason), route_stats::reasons - 1)];
}

void worker_stats::add(const worker_stats& other)
{
    events += other.events;
    bytes += other.bytes;
    unsent_bytes += other.unsent_bytes;
    blocked += other.blocked;
    accepted += other.accepted;
    accept_errors += other.accept_errors;
    for (std::size_t i = 0; i < responses.size(); ++i) {
        responses[i] += other.responses[i];
    }
    for (const auto& theirs : other.routes) {
        auto& mine = routes[route(theirs.route)];
        mine.open += theirs.open;
        mine.opened += theirs.opened;
        for (std::size_t i = 0; i < mine.closed.size(); ++i) {
            mine.closed[i] += theirs.closed[i];
        }
    }
}

} // namespace rill::transport
