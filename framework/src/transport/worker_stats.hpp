#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <rill/http/close_reason.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::transport {

/// Counters for the streams of one route.
struct route_stats
{
    static constexpr std::size_t reasons = 16; ///< at least the number of close reasons

    std::string route; ///< from request::route()
    std::uint64_t open = 0;
    std::uint64_t opened = 0;
    std::array<std::uint64_t, reasons> closed{}; ///< by close_reason
};

/// Data about one stream, for the operator.
struct stream_report
{
    std::uint64_t id = 0; ///< the same ID as in the observer
    std::string route;
    std::string address;
    std::string tag; ///< see rill::stream_tag; empty if there is none
    std::uint64_t age_ms = 0;
    std::uint32_t quiet_ms = 0; ///< since the kernel took the last byte
    std::size_t unsent_bytes = 0;
};

/// The counters of a worker. Only the worker's thread uses them. A scrape sends a message to the mailbox of each
/// worker, and adds the counters. Therefore an event needs only two additions and no atomic operation.
struct worker_stats
{
    std::uint64_t events = 0; ///< pieces that producers have written to their streams
    std::uint64_t bytes = 0;  ///< bytes that the kernel has taken, with framing

    std::uint64_t unsent_bytes = 0; ///< bytes that are queued now, of all connections
    std::uint64_t blocked = 0;      ///< connections that have queued bytes now
    std::uint64_t accepted = 0;
    std::uint64_t accept_errors = 0;
    std::array<std::uint64_t, 6> responses{}; ///< by the first digit of the status code

    std::vector<route_stats> routes;

    void responded(unsigned status) noexcept;

    /// The index of a route in `routes`. After max_routes, all new routes share the last index, because a handler may
    /// set any number of names.
    std::uint16_t route(std::string_view name);
    static constexpr std::size_t max_routes = 1000;

    void stream_opened(std::uint16_t route) noexcept;
    void stream_closed(std::uint16_t route, close_reason reason) noexcept;

    /// Adds the counters of another worker.
    void add(const worker_stats& other);
};

} // namespace rill::transport
