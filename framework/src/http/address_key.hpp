#pragma once

#include <cstdint>
#include <string_view>

namespace rill::detail {

/// Returns the key under which connections of a client address are counted. For IPv4 (also IPv4 mapped into IPv6) this
/// is the address. For IPv6 this is the first 64 bits, because one client owns all addresses of such a network. Returns
/// 0 if the text is not an address.
std::uint64_t address_key(std::string_view address);

} // namespace rill::detail
