#include "http/forwarded_elements.hpp"

#include <algorithm>
#include <cstdint>

#include "http/grammar.hpp"
#include "http/ip_address.hpp"
#include "http/whole_number.hpp"

namespace rill::detail {

namespace {

// Whether the text is a number such as "1234", or an obfuscated port such as "_name".
bool is_port(std::string_view text) noexcept
{
    if (text.starts_with('_')) {
        return text.size() > 1 && std::ranges::all_of(text, [](char c) {
                   return is(c, token_char) && std::string_view("!#$%&'*+^`|~").find(c) == std::string_view::npos;
               });
    }
    return text.size() <= 5 && whole_number<std::uint16_t>(text).has_value();
}

// Parses a field value with the grammar of RFC 7239, section 4.
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
                continue; // the grammar allows empty pairs
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
        const auto* end = std::ranges::find_if_not(rest_, [](char c) { return is(c, token_char); });
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

} // namespace

std::optional<std::vector<forwarded_element>> parse_forwarded(std::string_view value)
{
    return forwarded_parser(value).parse();
}

std::optional<boost::asio::ip::address> node_address(std::string_view node)
{
    if (node.starts_with('[')) {
        const auto end = node.find(']');
        if (end == node.npos || node.find(':') > end) {
            return std::nullopt;
        }
        const auto port = node.substr(end + 1);
        const bool fits = port.empty() || (port.starts_with(':') && is_port(port.substr(1)));
        return fits ? parse_ip_address(node.substr(1, end - 1)) : std::nullopt;
    }
    const auto colon = node.find(':');
    if (colon != node.npos && node.find(':', colon + 1) == node.npos) { // one colon means IPv4 with a port
        return is_port(node.substr(colon + 1)) ? parse_ip_address(node.substr(0, colon)) : std::nullopt;
    }
    return parse_ip_address(node);
}

} // namespace rill::detail
