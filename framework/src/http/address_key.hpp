#pragma once

#include <cstdint>
#include <string_view>

namespace rill::detail {

/// The key under which connections of a client address are counted: the IPv4 address (also one mapped into IPv6), or
/// the first 64 bits of an IPv6 address, because one client owns all addresses of such a network. 0: not an address.
std::uint64_t address_key(std::string_view address);

} // namespace rill::detail
