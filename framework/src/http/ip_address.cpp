#include "http/ip_address.hpp"

#include <rill/core/error.hpp>

namespace rill::detail {

namespace ip = boost::asio::ip;

std::optional<ip::address> parse_ip_address(std::string_view text)
{
    // Rejects '%' and NUL here. Asio accepts a zone after '%', and the parser of the system stops at a NUL.
    if (text.find_first_of(std::string_view("%\0", 2)) != text.npos) {
        return std::nullopt;
    }
    error_code ec;
    const auto address = ip::make_address(text, ec);
    if (ec) {
        return std::nullopt;
    }
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

ip::address_v6::bytes_type to_v6_bytes(const ip::address& address)
{
    return (address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6()).to_bytes();
}

} // namespace rill::detail
