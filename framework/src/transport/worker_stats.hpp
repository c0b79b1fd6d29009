#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <rill/http/close_reason.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::transport {

/// The streams of one route.
struct route_stats
{
    static constexpr std::size_t reasons = 16; ///< room for those of close_reason

    std::string route; ///< as request::route() gave it
    std::uint64_t open = 0;
    std::uint64_t opened = 0;
    std::array<std::uint64_t, reasons> closed{}; ///< by close_reason
};

/// One stream, for the operator to look at.
struct stream_report
{
    std::uint64_t id = 0; ///< as the observer has it
    std::string route;
    std::string address;
    std::uint64_t age_ms = 0;
    std::uint32_t quiet_ms = 0; ///< since the kernel last took something
    std::size_t unsent_bytes = 0;
};

/// What a worker counts. Plain numbers that only its own thread touches: a scrape asks each worker through its mailbox
/// and adds up, so that an event costs two additions and no atomic operation.
struct worker_stats
{
    // Of each event.
    std::uint64_t events = 0; ///< pieces that producers handed to their streams
    std::uint64_t bytes = 0;  ///< taken by the kernel, with framing

    // Of the connections.
    std::uint64_t unsent_bytes = 0; ///< at present, of all connections
    std::uint64_t blocked = 0;      ///< connections that hold unsent bytes at present
    std::uint64_t accepted = 0;
    std::uint64_t accept_errors = 0;
    std::array<std::uint64_t, 6> responses{}; ///< by the status code's first digit

    std::vector<route_stats> routes;

    void responded(unsigned status) noexcept;

    /// The place of a route in `routes`. From max_routes on, all new ones share the last place: names that a handler
    /// makes up must not fill the memory.
    std::uint16_t route(std::string_view name);
    static constexpr std::size_t max_routes = 1000;

    void stream_opened(std::uint16_t route) noexcept;
    void stream_closed(std::uint16_t route, close_reason reason) noexcept;

    /// Adds another worker's, route by route.
    void add(const worker_stats& other);
};

} // namespace rill::transport
