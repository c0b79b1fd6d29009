#include <rill/http/detail/parameter.hpp>

#include <stdexcept>

#include "http/form_fields.hpp"
#include "http/printable.hpp"

namespace rill::detail {

namespace {

std::string_view name_of(source from) noexcept
{
    switch (from) {
    case source::path:
        return "path parameter";
    case source::query:
        return "query parameter";
    case source::header:
        return "header";
    case source::cookie:
        return "cookie";
    case source::form:
        return "form field";
    }
    return "parameter";
}

// A wrong form field gets 422, as a wrong JSON member does. The form itself is well-formed.
status status_for(source from) noexcept
{
    return from == source::form ? status::unprocessable_entity : status::bad_request;
}

std::string label(source from, std::string_view name)
{
    return std::string(name_of(from)) + " '" + std::string(name) + "'";
}

} // namespace

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

problem missing_parameter(source from, std::string_view name, std::string_view allowed)
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

problem invalid_parameter(source from, std::string_view name, std::string_view value, std::string_view allowed)
{
    return {.status = status_for(from),
            .detail = label(from, name) + ": '" + printable(value) + "' is not allowed: " + std::string(allowed),
            .title = {}};
}

} // namespace rill::detail
