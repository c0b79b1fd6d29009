#include "harness/client/target.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>

namespace bench {

namespace {

struct url_parts
{
    std::string host; ///< does not include the brackets of an IPv6 address
    std::string port;
    std::string authority;
    std::string path;
};

tl::expected<url_parts, std::string> split(std::string_view url)
{
    const auto bad = [url](const std::string& why) { return tl::unexpected("'" + std::string(url) + "': " + why); };
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) {
        return bad("a URL must begin with http://");
    }
    const auto rest = url.substr(scheme.size());
    if (std::any_of(rest.begin(), rest.end(), [](unsigned char c) { return c <= ' ' || c == 0x7F; })) {
        return bad("a URL must not contain spaces or control characters");
    }
    const auto end = std::min(rest.find_first_of("/?#"), rest.size());
    const auto authority = rest.substr(0, end);
    const auto fragment = rest.find('#');
    auto path = std::string(rest.substr(end, fragment == rest.npos ? rest.npos : fragment - end));
    if (!path.starts_with('/')) {
        path.insert(0, 1, '/');
    }
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    const bool has_port = colon != authority.npos && (bracket == authority.npos || colon > bracket);
    auto host = authority.substr(0, has_port ? colon : authority.npos);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    if (host.empty() || host.find('@') != host.npos) {
        return bad("the host is missing or not valid");
    }
    const auto port = has_port ? authority.substr(colon + 1) : std::string_view("80");
    std::uint16_t number = 0;
    const auto parsed = std::from_chars(port.data(), port.data() + port.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || number == 0) {
        return bad("the port must be a number from 1 to 65535");
    }
    return url_parts{std::string(host), std::string(port), std::string(authority), std::move(path)};
}

bool is_loopback(const sockaddr_storage& address)
{
    if (address.ss_family == AF_INET) {
        return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24 == 127;
    }
    return address.ss_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
}

std::optional<std::chrono::nanoseconds> period_of(std::string_view path)
{
    for (auto from = path.find('?'); from < path.size(); from = path.find('&', from + 1)) {
        const auto field = path.substr(from + 1, path.find('&', from + 1) - from - 1);
        long ms = 0;
        if (field.starts_with("ms=")) {
            const auto [end, error] = std::from_chars(field.data() + 3, field.data() + field.size(), ms);
            if (error == std::errc() && end == field.data() + field.size() && ms > 0 && ms <= 86'400'000) {
                return std::chrono::milliseconds(ms);
            }
        }
    }
    return std::nullopt;
}

} // namespace

tl::expected<target, std::string> parse_target(std::string_view url, bool allow_remote)
{
    const auto parts = split(url);
    if (!parts) {
        return tl::unexpected(parts.error());
    }
    const addrinfo wanted{.ai_flags = AI_NUMERICSERV, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    addrinfo* list = nullptr;
    // "localhost" is not resolved, because a machine without /etc/hosts cannot resolve it (RFC 6761, section 6.3).
    const auto name = parts->host == "localhost" ? std::string("127.0.0.1") : parts->host;
    if (const int error = ::getaddrinfo(name.c_str(), parts->port.c_str(), &wanted, &list); error != 0) {
        return tl::unexpected("'" + parts->host + "': " + ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(list, &::freeaddrinfo);
    const addrinfo* chosen = list; // IPv4 is preferred below, because each stream can then choose its source address
    for (const auto* one = list; one != nullptr; one = one->ai_next) {
        if (one->ai_family == AF_INET) {
            chosen = one;
            break;
        }
    }
    target result;
    std::memcpy(&result.address, chosen->ai_addr, chosen->ai_addrlen);
    result.address_size = chosen->ai_addrlen;
    if (!is_loopback(result.address) && !allow_remote) {
        return tl::unexpected("'" + parts->host +
                              "' is not on the loopback interface; --allow-remote allows other hosts");
    }
    result.host = parts->authority;
    result.path = parts->path;
    result.period = period_of(result.path);
    result.has_many_sources = chosen->ai_family == AF_INET && is_loopback(result.address);
    return result;
}

} // namespace bench
