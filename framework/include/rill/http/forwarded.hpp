#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill {

/// An IP address. One of IPv4 that comes mapped into IPv6 (::ffff:192.0.2.1) is the same as the plain one.
struct ip_address
{
    std::array<std::uint8_t, 16> bytes{}; ///< IPv4: mapped into IPv6

    /// Only what inet_pton(3) takes: no leading zeros, no zone, no brackets, nothing before or behind.
    static std::optional<ip_address> parse(std::string_view text);
    bool is_v4() const noexcept;
    std::string text() const;

    bool operator==(const ip_address&) const = default;
};

/// What request::remote_address() says of who comes through a Unix socket, which has no address.
inline constexpr std::string_view unix_peer = "unix";

/// Which header field a proxy tells the client's address in.
enum class forwarded_field : unsigned char
{
    x_forwarded_for, ///< what nginx, HAProxy and Caddy set
    forwarded,       ///< RFC 7239
};

/// The proxies whose word is taken for the client's address; by default none.
///
/// Of the two fields only the one that the proxies set is looked at: the other may have come from the client, through
/// a proxy that does not know it.
class trusted_proxies
{
public:
    trusted_proxies() = default;

    /// @param networks  addresses and networks such as "127.0.0.1, 10.0.0.0/8, fd00::/8", separated by commas; "unix"
    /// for who comes through a Unix socket
    /// Throws std::invalid_argument for an entry that is not one; the message names it and what is allowed. Which
    /// proxies are trusted is a matter of set-up: a server that takes the wrong ones for trusted must not start.
    static trusted_proxies parse(std::string_view networks, forwarded_field field = forwarded_field::x_forwarded_for);

    bool contains(const ip_address& address) const noexcept;
    /// Whether who comes through a Unix socket is one.
    bool contains_unix_peers() const noexcept { return unix_peers_; }
    forwarded_field field() const noexcept { return field_; }

private:
    struct network
    {
        ip_address address;
        unsigned bits; ///< of the IPv6 form
    };

    static std::optional<network> parse_network(std::string_view text);

    std::vector<network> networks_;
    bool unix_peers_ = false;
    forwarded_field field_ = forwarded_field::x_forwarded_for;
};

/// The address of the client, as far as it is known for sure: that of the connection, unless it is a trusted proxy's;
/// then the last one in the field that is not a trusted proxy's, as only trusted ones have written what stands behind
/// it. Entries further left are the client's own claims. At an entry that hides the address ("unknown", "_name") or
/// that is malformed it is the address of the proxy that wrote it.
std::string client_address(const request& r, const trusted_proxies& trusted);

/// One hop of a Forwarded field (RFC 7239, 4); what was not given is empty. Quotes are taken off.
struct forwarded_element
{
    std::string by;
    std::string for_;
    std::string host;
    std::string proto;
};

/// The value of one line of Forwarded. Nothing if any part of it breaks the grammar, or names a parameter twice.
std::optional<std::vector<forwarded_element>> parse_forwarded(std::string_view value);

/// The address in a node identifier of RFC 7239, 6, or an entry of X-Forwarded-For: with or without a port, IPv6 with
/// or without brackets. Nothing for "unknown", obfuscated and malformed ones.
std::optional<ip_address> node_address(std::string_view node);

} // namespace rill
