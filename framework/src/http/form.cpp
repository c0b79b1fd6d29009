#include <rill/http/form.hpp>

#include <algorithm>
#include <span>

#include "http/content_coding.hpp"
#include "http/form_fields.hpp"
#include "http/media_type.hpp"
#include "http/percent.hpp"
#include "http/utf8.hpp"

namespace rill::detail {

tl::expected<form_fields, std::string> parse_form(std::string_view text)
{
    form_fields fields;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        if (pair.empty()) {
            continue;
        }
        if (fields.size() == max_form_fields) {
            return tl::unexpected("it has more than " + std::to_string(max_form_fields) + " fields");
        }
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = form_decode(pair.substr(0, equals));
        auto value = form_decode(pair.substr(std::min(equals + 1, pair.size())));
        if (!is_utf8(name) || !is_utf8(value)) {
            return tl::unexpected(std::string("it is not UTF-8"));
        }
        fields.emplace_back(std::move(name), std::move(value));
    }
    return fields;
}

tl::expected<form_fields, problem> read_form_fields(const request& req)
{
    if (!iequals(media_type(req.header("Content-Type").value_or("")), "application/x-www-form-urlencoded")) {
        return tl::unexpected(
            problem{.status = status::unsupported_media_type,
                    .detail = "the body must be a form, with Content-Type: application/x-www-form-urlencoded",
                    .title = {}});
    }
    if (auto refused = reject_content_coding(req)) {
        return tl::unexpected(std::move(*refused));
    }
    auto fields = parse_form(req.body());
    if (!fields) {
        return tl::unexpected(problem{.status = status::bad_request,
                                      .detail = "the body is not a well-formed form: " + fields.error(),
                                      .title = {}});
    }
    return std::move(*fields);
}

std::vector<std::string_view> values_of(const form_fields& fields, std::string_view name)
{
    std::vector<std::string_view> values;
    for (const auto& [field, value] : fields) {
        if (field == name) {
            values.emplace_back(value);
        }
    }
    return values;
}

bool only_known_fields(const form_fields& fields, const std::string_view* names, std::size_t count, read_error& error)
{
    const std::span known(names, count);
    for (const auto& [name, value] : fields) {
        if (std::ranges::find(known, name) == known.end()) {
            fail(error, "is not known");
            return step_back(error, name);
        }
    }
    return true;
}

tl::expected<bool, std::string> checkbox_from_text(std::string_view text)
{
    if (text == "on") {
        return true;
    }
    return from_text(text, std::type_identity<bool>{}).map_error([](const std::string&) {
        return std::string("must be on, true, false, 1 or 0");
    });
}

tl::expected<std::optional<std::string>, problem> find_form_field(const request& req, std::string_view name)
{
    const auto fields = read_form_fields(req);
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    const auto values = values_of(*fields, name);
    return values.empty() ? std::nullopt : std::optional(std::string(values.front()));
}

} // namespace rill::detail
