#include "http/address_key.hpp"

#include "http/ip_address.hpp"

namespace rill::detail {

std::uint64_t address_key(std::string_view text)
{
    const auto address = parse_ip_address(text.substr(0, text.find('%'))); // removes the zone
    if (!address) {
        return 0;
    }
    if (address->is_v4()) {
        return std::uint64_t{1} << 32 | address->to_v4().to_uint(); // no IPv6 network in use begins with these 64 bits
    }
    std::uint64_t network = 0;
    const auto bytes = address->to_v6().to_bytes();
    for (std::size_t i = 0; i < sizeof network; ++i) {
        network = network << 8 | bytes[i];
    }
    return network;
}

} // namespace rill::detail
