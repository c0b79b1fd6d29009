#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>

namespace rill::detail {

/// Parses a numeric IP address. For an IPv4 address that is mapped into IPv6 (::ffff:192.0.2.1), returns the IPv4
/// address. Leading zeros, zones, brackets and any other text before or after the address are errors.
std::optional<boost::asio::ip::address> parse_ip_address(std::string_view text);

/// Returns the address in its IPv6 form. An IPv4 address is mapped into IPv6.
boost::asio::ip::address_v6::bytes_type to_v6_bytes(const boost::asio::ip::address& address);

} // namespace rill::detail
