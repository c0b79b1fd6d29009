#include "transport/response_check.hpp"

#include <cstdint>
#include <optional>

#include "http/grammar.hpp"
#include "http/whole_number.hpp"
#include "transport/connection_field.hpp"

namespace rill::transport {

namespace {

// Returns the length of the body. None if the body is streamed.
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

std::optional<std::uint64_t> declared_length(const headers& fields) noexcept
{
    const auto value = fields.get("Content-Length");
    return value ? detail::whole_number<std::uint64_t>(*value) : std::nullopt;
}

std::string_view fault_of_length(const response& r, verb method, std::string_view value) noexcept
{
    const auto declared = detail::whole_number<std::uint64_t>(value);
    const bool empty = r.status() == status::no_content || r.status() == status::reset_content;
    const auto length = empty ? 0 : length_of(r.body());
    // A handler may omit the body of a response to HEAD. The client has the body of a 304 in its cache (RFC 9110, 8.6).
    const bool may_differ = r.status() == status::not_modified || (method == verb::head && length == 0);
    if (!declared || (!may_differ && declared != length)) {
        return length ? "its Content-Length is not that of its body" : "it has a Content-Length and a streamed body";
    }
    return declared == declared_length(r.fields()) ? "" : "it has two Content-Lengths";
}

std::string_view fault_of_connection(std::string_view value, bool& closes) noexcept
{
    const bool known = detail::for_each_element(value, [&](std::string_view option) {
        closes = closes || iequals(option, "close");
        return iequals(option, "close") || iequals(option, "keep-alive") || iequals(option, "upgrade");
    });
    return known ? std::string_view() : "its Connection has an option that only the server sets";
}

std::string_view fault_of_field(const response& r, verb method, const headers::field& field, bool& closes) noexcept
{
    switch (connection_field_of(field.name)) {
    case connection_field::none:
        return {};
    case connection_field::connection:
        return fault_of_connection(field.value, closes);
    case connection_field::content_length:
        return fault_of_length(r, method, field.value);
    case connection_field::date:
        return "it has a Date, which only the server sets";
    case connection_field::keep_alive:
        return "it has a Keep-Alive, which only the server sets";
    case connection_field::proxy_connection:
        return "it has a Proxy-Connection, which is not a header of HTTP";
    case connection_field::te:
        return "it has a TE, which belongs to requests";
    case connection_field::trailer:
        return "it announces trailers, which are not supported";
    case connection_field::transfer_encoding:
        return "it has a Transfer-Encoding, which only the server sets";
    }
    return {};
}

std::string_view fault_of_status(const response& r) noexcept
{
    const auto code = static_cast<unsigned>(r.status());
    if (code < 200 || code > 999) {
        return "its status is not a final status with three digits";
    }
    if (r.status() == status::unauthorized && !r.fields().contains("WWW-Authenticate")) {
        return "it is a 401 without WWW-Authenticate";
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

checked_response check_response(const response& r, verb method) noexcept
{
    if (r.has_bad_header()) {
        return {.fault = "it has a header whose name or value is not allowed"};
    }
    checked_response found{.fault = fault_of_status(r), .closes = r.closes_connection()};
    for (auto field = r.fields().begin(); found.fault.empty() && field != r.fields().end(); ++field) {
        found.fault = fault_of_field(r, method, *field, found.closes);
    }
    return found;
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
        return {.chunked = version >= 11}; // a response to HEAD has the fields of a response to GET
    }
    const auto declared = length == 0 && method == verb::head ? declared_length(r.fields()) : std::nullopt;
    return {.content_length = declared ? declared : length};
}

bool has_forbidden_body(const response& r) noexcept
{
    return !may_have_body(r.status()) && length_of(r.body()) != 0;
}

} // namespace rill::transport
