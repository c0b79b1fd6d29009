#include "transport/response_check.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include "http/grammar.hpp"

namespace rill::transport {

namespace {

/// Of what is not produced while it is sent.
std::optional<std::uint64_t> length_of(const response::body_type& body) noexcept
{
    if (const auto* const text = std::get_if<std::string>(&body)) {
        return text->size();
    }
    if (const auto* const file = std::get_if<file_body>(&body)) {
        return file->length;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> number(std::string_view text) noexcept
{
    std::uint64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    return ec == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> declared_length(const headers& fields) noexcept
{
    const auto value = fields.get("Content-Length");
    return value ? number(*value) : std::nullopt;
}

std::string_view fault_of_length(const response& r, verb method, std::string_view value) noexcept
{
    const auto declared = number(value);
    const bool empty = r.status() == status::no_content || r.status() == status::reset_content;
    const auto length = empty ? 0 : length_of(r.body());
    // The body of a HEAD's answer need not be made, and that of 304 is the cache's (RFC 9110, 8.6).
    const bool may_differ = r.status() == status::not_modified || (method == verb::head && length == 0);
    if (!declared || (!may_differ && declared != length)) {
        return length ? "its Content-Length is not that of its body" : "it has a Content-Length and a streamed body";
    }
    return {};
}

std::string_view fault_of_connection(std::string_view value) noexcept
{
    const bool known = detail::for_each_element(value, [](std::string_view option) {
        return iequals(option, "close") || iequals(option, "keep-alive") || iequals(option, "upgrade");
    });
    return known ? std::string_view() : "its Connection says what is the connection's to say";
}

// By the length of the name, as nearly all names have another one.
std::string_view fault_of_field(const response& r, verb method, const headers::field& field) noexcept
{
    const auto named = [&](std::string_view name) { return iequals(field.name, name); };
    switch (field.name.size()) {
    case 2:
        return named("TE") ? "TE is of requests" : "";
    case 4:
        return named("Date") ? "it has a Date, which the connection adds" : "";
    case 7:
        return named("Trailer") ? "it announces trailers, which are not sent" : "";
    case 10:
        return named("Connection")   ? fault_of_connection(field.value)
               : named("Keep-Alive") ? "it has a Keep-Alive, which is the connection's"
                                     : "";
    case 14:
        return named("Content-Length") ? fault_of_length(r, method, field.value) : "";
    case 16:
        return named("Proxy-Connection") ? "it has a Proxy-Connection, which is no header of HTTP" : "";
    case 17:
        return named("Transfer-Encoding") ? "it has a Transfer-Encoding, which is the connection's" : "";
    default:
        return {};
    }
}

std::string_view fault_of_status(const response& r) noexcept
{
    const auto code = static_cast<unsigned>(r.status());
    if (code < 200 || code > 999) {
        return "its status is not a final one of three digits";
    }
    if (r.status() == status::method_not_allowed && !r.fields().contains("Allow")) {
        return "it is a 405 without Allow";
    }
    if (r.status() == status::upgrade_required && !r.fields().contains("Upgrade")) {
        return "it is a 426 without Upgrade";
    }
    return {};
}

} // namespace

std::string_view fault_of(const response& r, verb method) noexcept
{
    if (r.has_bad_header()) {
        return "it was given a header whose name or value is not allowed";
    }
    auto fault = fault_of_status(r);
    for (auto field = r.fields().begin(); fault.empty() && field != r.fields().end(); ++field) {
        fault = fault_of_field(r, method, *field);
    }
    return fault;
}

bool asks_to_close(const response& r) noexcept
{
    bool close = r.closes_connection();
    for (const auto& field : r.fields()) {
        if (field.name.size() == 10 && iequals(field.name, "Connection")) {
            detail::for_each_element(field.value, [&](std::string_view option) {
                close = close || iequals(option, "close");
                return true;
            });
        }
    }
    return close;
}

framing framing_of(const response& r, verb method, unsigned version) noexcept
{
    if (r.status() == status::reset_content) {
        return {.content_length = 0};
    }
    if (r.status() == status::not_modified) {
        return {.content_length = declared_length(r.fields())};
    }
    if (is_bodiless(r.status())) {
        return {};
    }
    const auto length = length_of(r.body());
    if (!length) {
        return {.chunked = version >= 11}; // the answer to HEAD says what GET's would
    }
    const auto declared = length == 0 && method == verb::head ? declared_length(r.fields()) : std::nullopt;
    return {.content_length = declared ? declared : length};
}

bool has_forbidden_body(const response& r) noexcept
{
    return !may_have_body(r.status()) && length_of(r.body()) != 0;
}

} // namespace rill::transport
