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
    /// The next address is tried if the previous one has not answered after this time (RFC 8305, section 5).
    std::chrono::milliseconds stagger{250};
    /// Maximum time for all of it. 0: no limit.
    std::chrono::milliseconds timeout{10'000};
};

using endpoints = std::vector<asio::ip::tcp::endpoint>;

/// Sorts addresses for the race: IPv6 and IPv4 take turns, and the family of the first address begins (RFC 8305,
/// section 4).
endpoints interleave(const endpoints& addresses);

/// Resolves a name, unless it is an address, and connects to the first of its addresses that answers. The attempts race
/// each other (RFC 8305, "happy eyeballs"). Cancellation throws operation_aborted at once, also while the name is being
/// resolved. Errors: those of the resolver, that of the last attempt, or timed_out. Runs on the event loop of the
/// caller, which must be an io_context: otherwise it fails with error::foreign_executor.
awaitable<tl::expected<asio::ip::tcp::socket, failure>> dial(std::string host, std::uint16_t port, dial_times times);

/// The same with addresses. `where` names the object of the failure.
awaitable<tl::expected<asio::ip::tcp::socket, failure>> dial(endpoints addresses, std::string where, dial_times times);

} // namespace rill::client::detail
