#include "upstream/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace upstream {

namespace {

bool is_port(std::string_view text)
{
    std::uint16_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && number != 0;
}

bool is_host(std::string_view text)
{
    return !text.empty() && text.find_first_of(" \t\r\n/?#@[]") == std::string_view::npos;
}

} // namespace

std::string address::authority() const
{
    const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return name + ":" + port;
}

tl::expected<address, std::string> parse_address(std::string_view text)
{
    const std::string all(text);
    if (constexpr std::string_view scheme = "http://"; text.starts_with(scheme)) {
        text.remove_prefix(scheme.size());
        text.remove_suffix(text.ends_with('/') ? 1 : 0);
    }
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : text.find(':');
    auto host = text.substr(0, end);
    auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
    if (bracketed) {
        host.remove_prefix(1);
        rest.remove_prefix(rest.empty() ? 0 : 1);
    }
    const std::string_view port = rest.empty() ? "80" : rest.substr(1);
    const bool closed = !bracketed || end != std::string_view::npos;
    if (!closed || !is_host(host) || (!rest.empty() && rest.front() != ':') || !is_port(port)) {
        return tl::unexpected("\"" + all + "\" is not HOST:PORT or http://HOST:PORT");
    }
    return address{std::string(host), std::string(port)};
}

} // namespace upstream
