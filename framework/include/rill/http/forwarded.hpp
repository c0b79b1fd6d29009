#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill {

/// The value of request::remote_address() for a client of a Unix socket, because such a client has no address.
inline constexpr std::string_view unix_peer = "unix";

/// The header field in which a proxy sends the client's address.
enum class forwarded_field : unsigned char
{
    x_forwarded_for, ///< set by nginx, HAProxy and Caddy
    forwarded,       ///< RFC 7239
};

/// The proxies that are trusted to send the client's address. By default there are none.
///
/// rill reads only the field that these proxies set. The other field may come from the client, because a proxy passes
/// on a field that it does not support.
class trusted_proxies
{
public:
    trusted_proxies() = default;

    /// Parses a list of proxies. Throws std::invalid_argument for an invalid entry, so that a server with a wrong list
    /// does not start. The message contains the entry and the allowed forms.
    /// @param networks addresses and networks such as "127.0.0.1, 10.0.0.0/8, fd00::/8", separated by commas. The entry
    /// "unix" stands for clients of Unix sockets.
    /// @param field the field that the proxies set
    static trusted_proxies parse(std::string_view networks, forwarded_field field = forwarded_field::x_forwarded_for);

    /// Whether `peer`, in the form of request::remote_address(), is a trusted proxy.
    bool contains(std::string_view peer) const;
    forwarded_field field() const noexcept { return field_; }

private:
    friend std::string client_address(const request& r, const trusted_proxies& trusted);

    using address_bytes = std::array<std::uint8_t, 16>; // IPv4 is mapped into IPv6

    struct network
    {
        address_bytes address;
        unsigned bits; // length of the prefix of the IPv6 form
    };

    static std::optional<network> parse_network(std::string_view text);
    bool contains(const address_bytes& address) const noexcept;

    std::vector<network> networks_;
    bool unix_peers_ = false;
    forwarded_field field_ = forwarded_field::x_forwarded_for;
};

/// Returns the most reliable address of the client. If the peer of the connection is not a trusted proxy, the result is
/// the address of the peer. Otherwise the result is the last address in the field that does not belong to a trusted
/// proxy. Only trusted proxies have written this entry and the entries after it. Any client may have written the
/// entries before it. If an entry hides the address ("unknown", "_name") or is malformed, the result is the address of
/// the proxy that wrote the entry.
std::string client_address(const request& r, const trusted_proxies& trusted);

} // namespace rill
