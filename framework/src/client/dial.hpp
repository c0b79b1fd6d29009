#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <rill/core/failure.hpp>
#include <string>
#include <vector>

namespace rill::client::detail {

struct dial_times
{
    /// If an address does not answer in this time, dial() also tries the next address (RFC 8305, section 5).
    std::chrono::milliseconds stagger{250};
    /// Maximum time to resolve the name and to connect. 0: no limit.
    std::chrono::milliseconds timeout{10'000};
};

using endpoints = std::vector<asio::ip::tcp::endpoint>;

/// Sorts the addresses so that IPv6 and IPv4 alternate. The family of the first address remains first (RFC 8305,
/// section 4).
endpoints interleave(const endpoints& addresses);

/// Resolves a name, unless it is an address. Tries several addresses at the same time (RFC 8305, "happy eyeballs"), and
/// returns the first connection. Cancellation throws operation_aborted immediately, also while the resolver runs.
/// Errors: those of the resolver, the error of the last attempt, or timed_out. Runs on the event loop of the caller.
/// Fails with error::foreign_executor if this event loop is not an io_context.
awaitable<tl::expected<asio::ip::tcp::socket, failure>> dial(std::string host, std::uint16_t port, dial_times times);

/// Connects to one of these addresses in the same way. A failure contains `where` as its object.
awaitable<tl::expected<asio::ip::tcp::socket, failure>> dial(endpoints addresses, std::string where, dial_times times);

} // namespace rill::client::detail
