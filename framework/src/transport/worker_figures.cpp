#include "transport/worker_figures.hpp"

#include <algorithm>

namespace rill::transport {

void worker_figures::responded(unsigned status) noexcept
{
    ++responses[std::min<std::size_t>(status / 100, responses.size() - 1)];
}

std::uint16_t worker_figures::route(std::string_view name)
{
    const auto known = std::ranges::find(routes, name, &route_figures::route);
    if (known != routes.end()) {
        return static_cast<std::uint16_t>(known - routes.begin());
    }
    if (routes.size() <= many_routes) {
        routes.push_back({.route = std::string(routes.size() < many_routes ? name : "(others)")});
    }
    return static_cast<std::uint16_t>(routes.size() - 1);
}

void worker_figures::stream_opened(std::uint16_t route) noexcept
{
    ++routes[route].open;
    ++routes[route].opened;
}

void worker_figures::stream_closed(std::uint16_t route, close_reason reason) noexcept
{
    --routes[route].open;
    ++routes[route].closed[std::min(static_cast<std::size_t>(reason), route_figures::reasons - 1)];
}

void worker_figures::add(const worker_figures& other)
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
