#include <rill/http/extract.hpp>

#include <cmath>
#include <rill/http/percent.hpp>
#include <stdexcept>

namespace rill {

namespace {

template <class T>
tl::expected<T, std::string> number_from_text(std::string_view text)
{
    T number{};
    const auto end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc() || stop != end || !std::isfinite(number)) {
        return tl::unexpected(std::string("must be a number"));
    }
    return number;
}

std::string_view name_of(detail::source from) noexcept
{
    switch (from) {
    case detail::source::path:
        return "path parameter";
    case detail::source::query:
        return "query parameter";
    case detail::source::header:
        return "header";
    case detail::source::cookie:
        return "cookie";
    }
    return "parameter";
}

// What a client sent goes back to it in print: short, and only what can harm neither a terminal nor a log.
std::string shown(std::string_view value)
{
    constexpr std::size_t longest = 40;
    std::string text;
    for (const char c : value.substr(0, longest)) {
        text += c >= ' ' && c <= '~' ? c : '?';
    }
    if (value.size() > longest) {
        text += "...";
    }
    return text;
}

std::string label(detail::source from, std::string_view name)
{
    return std::string(name_of(from)) + " '" + std::string(name) + "'";
}

} // namespace

tl::expected<std::string, std::string> from_text(std::string_view text, std::type_identity<std::string>)
{
    return std::string(text);
}

tl::expected<bool, std::string> from_text(std::string_view text, std::type_identity<bool>)
{
    if (text == "true" || text == "1") {
        return true;
    }
    if (text == "false" || text == "0") {
        return false;
    }
    return tl::unexpected(std::string("must be true, false, 1 or 0"));
}

tl::expected<float, std::string> from_text(std::string_view text, std::type_identity<float>)
{
    return number_from_text<float>(text);
}

tl::expected<double, std::string> from_text(std::string_view text, std::type_identity<double>)
{
    return number_from_text<double>(text);
}

namespace detail {

std::string between(std::string_view min, std::string_view max)
{
    return "must be a number from " + std::string(min) + " to " + std::string(max);
}

tl::expected<std::optional<std::string>, problem> find_text(const request& req, source from, std::string_view name)
{
    const auto owned = [](std::optional<std::string_view> view) {
        return view ? std::optional<std::string>(*view) : std::nullopt;
    };
    switch (from) {
    case source::path:
        return owned(req.path_parameter(name));
    case source::header:
        return owned(req.header(name));
    case source::cookie:
        return owned(req.cookie(name));
    case source::query:
        break;
    }
    auto text = req.query_parameter(name);
    // A parameter that can't be decoded must not pass for an absent one, and get its default.
    if (!text && !percent_decode(req.query_string())) {
        return tl::unexpected(
            problem{.status = status::bad_request,
                    .detail = "the query string is malformed: '%' must be followed by two hexadecimal digits",
                    .title = {}});
    }
    return text;
}

problem missing(source from, std::string_view name, std::string_view allowed)
{
    if (from == source::path) {
        throw std::logic_error("the handler takes the path parameter '" + std::string(name) +
                               "', which its route does not have");
    }
    auto detail = label(from, name) + " is missing";
    if (!allowed.empty()) {
        detail += ": " + std::string(allowed);
    }
    return {.status = status::bad_request, .detail = std::move(detail), .title = {}};
}

problem not_allowed(source from, std::string_view name, std::string_view value, std::string_view allowed)
{
    return {.status = status::bad_request,
            .detail = label(from, name) + ": '" + shown(value) + "' is not allowed: " + std::string(allowed),
            .title = {}};
}

} // namespace detail
} // namespace rill
