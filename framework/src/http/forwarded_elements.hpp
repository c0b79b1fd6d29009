#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rill::detail {

/// One hop of a Forwarded field (RFC 7239, section 4), without quotes. Parameters that are absent are empty.
struct forwarded_element
{
    std::string by;
    std::string for_;
    std::string host;
    std::string proto;
};

/// Parses the value of one Forwarded line. Returns nothing if any part of the value breaks the grammar, or if an
/// element repeats a parameter.
std::optional<std::vector<forwarded_element>> parse_forwarded(std::string_view value);

/// Returns the address in a node identifier (RFC 7239, section 6) or in an entry of X-Forwarded-For. The port and the
/// brackets of IPv6 are optional. Returns nothing for "unknown" and for obfuscated or malformed nodes.
std::optional<boost::asio::ip::address> node_address(std::string_view node);

} // namespace rill::detail
