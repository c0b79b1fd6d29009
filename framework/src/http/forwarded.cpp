#include <rill/http/forwarded.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "http/forwarded_elements.hpp"
#include "http/grammar.hpp"
#include "http/ip_address.hpp"
#include "http/whole_number.hpp"

namespace rill {

namespace {

// Returns the node that sent the request to each hop. The order is the order in which the hops added the nodes.
std::vector<std::string> nodes_of(const request& r, forwarded_field field)
{
    std::vector<std::string> nodes;
    if (field == forwarded_field::forwarded) {
        for (const auto line : r.fields().values("Forwarded")) {
            const auto elements = detail::parse_forwarded(line);
            if (!elements) { // the hops of a malformed line are unknown; the hops of later lines are known
                nodes.emplace_back();
                continue;
            }
            std::ranges::transform(*elements, std::back_inserter(nodes), &detail::forwarded_element::for_);
        }
        return nodes;
    }
    const auto value = r.fields().list("X-Forwarded-For").value_or("");
    for (std::string_view rest = value; !value.empty();) {
        const auto comma = rest.find(',');
        nodes.emplace_back(detail::trimmed(rest.substr(0, comma)));
        if (comma == rest.npos) {
            break;
        }
        rest.remove_prefix(comma + 1);
    }
    return nodes;
}

} // namespace

std::optional<trusted_proxies::network> trusted_proxies::parse_network(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = detail::parse_ip_address(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    const unsigned before = address->is_v4() && text.find(':') == text.npos ? 96 : 0;
    network n{.address = detail::to_v6_bytes(*address), .bits = 128};
    if (slash != text.npos) {
        const auto given = text.substr(slash + 1);
        const auto bits = detail::whole_number<unsigned>(given);
        if (given.size() > 3 || !bits || *bits > 128 - before) {
            return std::nullopt;
        }
        n.bits = *bits + before;
    }
    for (unsigned bit = n.bits; bit < 128; ++bit) { // in 10.0.0.1/8, the last bits are probably a mistake
        if ((n.address[bit / 8] >> (7 - bit % 8) & 1) != 0) {
            return std::nullopt;
        }
    }
    return n;
}

trusted_proxies trusted_proxies::parse(std::string_view networks, forwarded_field field)
{
    trusted_proxies trusted;
    trusted.field_ = field;
    while (!networks.empty()) {
        const auto end = std::min(networks.find(','), networks.size());
        const auto entry = detail::trimmed(networks.substr(0, end));
        const auto parsed = parse_network(entry);
        if (entry == unix_peer) {
            trusted.unix_peers_ = true;
        } else if (!parsed) {
            throw std::invalid_argument("trusted_proxies: '" + std::string(entry) +
                                        "' is neither an address nor a network: must be such as 127.0.0.1, 10.0.0.0/8, "
                                        "fd00::/8 or unix, with no bits set after the prefix");
        } else {
            trusted.networks_.push_back(*parsed);
        }
        networks.remove_prefix(std::min(end + 1, networks.size()));
    }
    return trusted;
}

bool trusted_proxies::contains(std::string_view peer) const
{
    if (peer == unix_peer) {
        return unix_peers_;
    }
    const auto address = detail::parse_ip_address(peer);
    return address && contains(detail::to_v6_bytes(*address));
}

bool trusted_proxies::contains(const address_bytes& address) const noexcept
{
    return std::ranges::any_of(networks_, [&](const network& n) {
        const auto whole = n.bits / 8;
        const auto rest = n.bits % 8;
        const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
        return std::equal(address.begin(), address.begin() + whole, n.address.begin()) &&
               (rest == 0 || ((address[whole] ^ n.address[whole]) & mask) == 0);
    });
}

std::string client_address(const request& r, const trusted_proxies& trusted)
{
    const auto& peer = r.remote_address();
    if (!trusted.contains(peer)) {
        return peer;
    }
    auto known = detail::parse_ip_address(peer);
    const auto nodes = nodes_of(r, trusted.field());
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        const auto address = detail::node_address(*node);
        if (!address) {
            break;
        }
        known = address;
        if (!trusted.contains(detail::to_v6_bytes(*address))) {
            break;
        }
    }
    return known ? known->to_string() : peer;
}

} // namespace rill
