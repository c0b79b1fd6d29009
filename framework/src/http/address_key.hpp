#pragma once

#include <cstdint>
#include <string_view>

namespace rill::detail {

/// The address as it is counted: IPv4 (also mapped into IPv6), or the network of an IPv6 address, as a client has all
/// of its 2^64. 0 for what is no address.
std::uint64_t address_key(std::string_view address);

} // namespace rill::detail
