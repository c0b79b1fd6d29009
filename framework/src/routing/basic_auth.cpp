#include <rill/routing/middleware.hpp>

#include <algorithm>
#include <optional>
#include <rill/http/credentials.hpp>
#include <rill/http/make_handler.hpp>
#include <stdexcept>

namespace rill::middleware {

namespace {

int base64_value(char c) noexcept
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto at = alphabet.find(c);
    return at == alphabet.npos ? -1 : static_cast<int>(at);
}

// Decodes base64 (RFC 4648, 4). Also accepts text without padding, because some clients send it.
std::optional<std::string> base64_decode(std::string_view text)
{
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
        text.remove_suffix(1);
    }
    std::string decoded;
    unsigned bits = 0;
    int held = 0;
    for (const char c : text) {
        const int value = base64_value(c);
        if (value < 0) {
            return std::nullopt;
        }
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xffffU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            decoded += static_cast<char>(bits >> static_cast<unsigned>(held) & 0xffU);
        }
    }
    return held == 6 ? std::nullopt : std::optional(std::move(decoded)); // six remaining bits are too few for a byte
}

bool is_authorized(const request& req, const credentials_check& check)
{
    const auto given = credentials(req, "Basic");
    const auto decoded = given ? base64_decode(*given) : std::nullopt;
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) {
        return false;
    }
    const std::string_view pair = *decoded;
    return check(pair.substr(0, colon), pair.substr(colon + 1));
}

} // namespace

middleware_function basic_auth(credentials_check check, std::string_view realm)
{
    const auto unfit = [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    if (std::ranges::any_of(realm, unfit)) {
        throw std::invalid_argument("basic_auth: the realm must not contain quotes, backslashes or control characters");
    }
    auto challenge = "Basic realm=\"" + std::string(realm) + "\", charset=\"UTF-8\"";
    return [check = std::move(check), challenge = std::move(challenge)](request& req, const handler& next) {
        if (is_authorized(req, check)) {
            return next(req);
        }
        auto unauthorized = to_response(
            problem{.status = status::unauthorized, .detail = "a user name and a password are required", .title = {}});
        unauthorized.set_header("WWW-Authenticate", challenge);
        return detail::answer(std::move(unauthorized));
    };
}

} // namespace rill::middleware
