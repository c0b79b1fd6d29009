#include <rill/http/extract.hpp>

#include <algorithm>
#include <cmath>
#include <rill/http/percent.hpp>
#include <stdexcept>

#include "http/form_fields.hpp"
#include "http/grammar.hpp"
#include "http/shown.hpp"

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
    case detail::source::form:
        return "form field";
    }
    return "parameter";
}

// Of a form's fields as of JSON's members: the body is well-formed, but not what the handler takes.
status status_for(detail::source from) noexcept
{
    return from == detail::source::form ? status::unprocessable_entity : status::bad_request;
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

std::string not_whole_number(std::string_view text, std::string_view min, std::string_view max)
{
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    std::string allowed = "must be a whole number";
    if (!digits.empty() && all_are(digits, digit_char)) {
        allowed.append(" from ").append(min).append(" to ").append(max);
    }
    return allowed;
}

std::string must_be_one_of(std::span<const std::string_view> names)
{
    std::string allowed = "must be one of";
    for (const auto name : names) {
        allowed.append(allowed.ends_with(" of") ? " " : ", ").append(name);
    }
    return allowed;
}

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
    case source::form:
        return find_form_field(req, name);
    case source::query:
        break;
    }
    return req.query_parameter(name);
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
    return {.status = status_for(from), .detail = std::move(detail), .title = {}};
}

problem not_allowed(source from, std::string_view name, std::string_view value, std::string_view allowed)
{
    return {.status = status_for(from),
            .detail = label(from, name) + ": '" + shown(value) + "' is not allowed: " + std::string(allowed),
            .title = {}};
}

} // namespace detail
} // namespace rill
