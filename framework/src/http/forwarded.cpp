#include <rill/http/forwarded.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <iterator>
#include <netinet/in.h>
#include <stdexcept>

#include "http/grammar.hpp"
#include "http/whole_number.hpp"

namespace rill {

namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// "1234", or an obfuscated port, "_name".
bool is_port(std::string_view text) noexcept
{
    if (text.starts_with('_')) {
        return text.size() > 1 && std::ranges::all_of(text, [](char c) {
                   return detail::is(c, detail::token_char) &&
                          std::string_view("!#$%&'*+^`|~").find(c) == std::string_view::npos;
               });
    }
    return text.size() <= 5 && detail::whole_number<std::uint16_t>(text).has_value();
}

// The grammar of RFC 7239, 4, over the rest of a field's value.
class forwarded_parser
{
public:
    explicit forwarded_parser(std::string_view value) : rest_(value) {}

    std::optional<std::vector<forwarded_element>> parse()
    {
        std::vector<forwarded_element> all;
        do {
            skip_space();
            forwarded_element element;
            if (!parse_element(element)) {
                return std::nullopt;
            }
            all.push_back(std::move(element));
            skip_space();
        } while (take(','));
        return rest_.empty() ? std::optional(std::move(all)) : std::nullopt;
    }

private:
    bool parse_element(forwarded_element& element)
    {
        std::vector<std::string> seen;
        do {
            const auto name = token();
            if (name.empty() && !rest_.starts_with('=')) {
                continue; // a pair may be missing
            }
            std::string lower(name);
            std::ranges::transform(lower, lower.begin(),
                                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
            std::string value;
            if (name.empty() || std::ranges::find(seen, lower) != seen.end() || !take('=') || !parse_value(value)) {
                return false;
            }
            put(element, lower, std::move(value));
            seen.push_back(std::move(lower));
        } while (take(';'));
        return !seen.empty();
    }

    static void put(forwarded_element& element, std::string_view name, std::string value)
    {
        if (name == "for") {
            element.for_ = std::move(value);
        } else if (name == "by") {
            element.by = std::move(value);
        } else if (name == "host") {
            element.host = std::move(value);
        } else if (name == "proto") {
            element.proto = std::move(value);
        }
    }

    bool parse_value(std::string& value)
    {
        if (!take('"')) {
            value = token();
            return !value.empty();
        }
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\') {
                rest_.remove_prefix(1);
            }
            const auto c = rest_.empty() ? '\0' : rest_.front();
            if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F) {
                return false;
            }
            value += c;
            rest_.remove_prefix(1);
        }
        return take('"');
    }

    std::string_view token()
    {
        const auto* end = std::ranges::find_if_not(rest_, [](char c) { return detail::is(c, detail::token_char); });
        const auto found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(found.size());
        return found;
    }

    bool take(char c)
    {
        if (!rest_.starts_with(c)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

    std::string_view rest_;
};

// The nodes that the hops were asked by, in the order in which they were written.
std::vector<std::string> nodes_of(const request& r, forwarded_field field)
{
    std::vector<std::string> nodes;
    if (field == forwarded_field::forwarded) {
        for (const auto line : r.fields().values("Forwarded")) {
            const auto elements = parse_forwarded(line);
            if (!elements) { // who has written what in it can't be told; what is in the lines behind it can
                nodes.emplace_back();
                continue;
            }
            std::ranges::transform(*elements, std::back_inserter(nodes), &forwarded_element::for_);
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

std::optional<ip_address> ip_address::parse(std::string_view text)
{
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.empty() || text.size() >= terminated.size() || text.find('\0') != text.npos) {
        return std::nullopt;
    }
    std::ranges::copy(text, terminated.begin());
    ip_address address;
    if (::inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) {
        return address;
    }
    std::ranges::copy(v4_prefix, address.bytes.begin());
    if (::inet_pton(AF_INET, terminated.data(), address.bytes.data() + v4_prefix.size()) == 1) {
        return address;
    }
    return std::nullopt;
}

bool ip_address::is_v4() const noexcept
{
    return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

std::string ip_address::text() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto* raw = bytes.data() + (is_v4() ? v4_prefix.size() : 0);
    ::inet_ntop(is_v4() ? AF_INET : AF_INET6, raw, text.data(), text.size()); // can't fail: there is room
    return text.data();
}

std::optional<trusted_proxies::network> trusted_proxies::parse_network(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = ip_address::parse(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    const unsigned before = address->is_v4() && text.find(':') == text.npos ? 96 : 0;
    network n{.address = *address, .bits = 128};
    if (slash != text.npos) {
        const auto given = text.substr(slash + 1);
        const auto bits = detail::whole_number<unsigned>(given);
        if (given.size() > 3 || !bits || *bits > 128 - before) {
            return std::nullopt;
        }
        n.bits = *bits + before;
    }
    for (unsigned bit = n.bits; bit < 128; ++bit) { // 10.0.0.1/8 is more likely a mistake than a network
        if ((n.address.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
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
                                        "fd00::/8 or unix, with no bits set behind the prefix");
        } else {
            trusted.networks_.push_back(*parsed);
        }
        networks.remove_prefix(std::min(end + 1, networks.size()));
    }
    return trusted;
}

bool trusted_proxies::contains(const ip_address& address) const noexcept
{
    return std::ranges::any_of(networks_, [&](const network& n) {
        const auto whole = n.bits / 8;
        const auto rest = n.bits % 8;
        const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
        return std::equal(address.bytes.begin(), address.bytes.begin() + whole, n.address.bytes.begin()) &&
               (rest == 0 || ((address.bytes[whole] ^ n.address.bytes[whole]) & mask) == 0);
    });
}

std::optional<std::vector<forwarded_element>> parse_forwarded(std::string_view value)
{
    return forwarded_parser(value).parse();
}

std::optional<ip_address> node_address(std::string_view node)
{
    if (node.starts_with('[')) {
        const auto end = node.find(']');
        if (end == node.npos || node.find(':') > end) {
            return std::nullopt;
        }
        const auto port = node.substr(end + 1);
        const bool fits = port.empty() || (port.starts_with(':') && is_port(port.substr(1)));
        return fits ? ip_address::parse(node.substr(1, end - 1)) : std::nullopt;
    }
    const auto colon = node.find(':');
    if (colon != node.npos && node.find(':', colon + 1) == node.npos) { // one: IPv4 with a port
        return is_port(node.substr(colon + 1)) ? ip_address::parse(node.substr(0, colon)) : std::nullopt;
    }
    return ip_address::parse(node);
}

std::string client_address(const request& r, const trusted_proxies& trusted)
{
    auto known = ip_address::parse(r.remote_address());
    const bool is_trusted =
        known ? trusted.contains(*known) : r.remote_address() == unix_peer && trusted.contains_unix_peers();
    if (!is_trusted) {
        return r.remote_address();
    }
    const auto nodes = nodes_of(r, trusted.field());
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        const auto told = node_address(*node);
        if (!told) {
            break;
        }
        known = told;
        if (!trusted.contains(*told)) {
            break;
        }
    }
    return known ? known->text() : r.remote_address();
}

} // namespace rill
