#include "http/address_key.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <endian.h>
#include <string>

namespace rill::detail {

std::uint64_t address_key(std::string_view address)
{
    const std::string text(address.substr(0, address.find('%'))); // without a scope
    std::array<unsigned char, 16> bytes{};
    std::uint32_t v4 = 0;
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        if (!std::equal(mapped.begin(), mapped.end(), bytes.begin())) {
            std::uint64_t network = 0;
            std::memcpy(&network, bytes.data(), sizeof network);
            return be64toh(network);
        }
        std::memcpy(&v4, bytes.data() + mapped.size(), sizeof v4);
    } else if (::inet_pton(AF_INET, text.c_str(), &v4) != 1) {
        return 0;
    }
    return std::uint64_t{1} << 32 | v4; // no network of IPv6 that is in use is like this
}

} // namespace rill::detail
