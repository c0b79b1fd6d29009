#include <rill/http/json.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "http/grammar.hpp"

namespace rill::detail {

namespace {

// RFC 8259, 11, and the structured syntax suffix of RFC 6839, 3.1
bool is_json(std::string_view content_type) noexcept
{
    const auto type = trimmed(content_type.substr(0, content_type.find(';')));
    constexpr std::string_view suffix = "+json";
    return iequals(type, "application/json") ||
           (type.size() > suffix.size() && iequals(type.substr(type.size() - suffix.size()), suffix));
}

} // namespace

tl::expected<boost::json::value, problem> parse_json(const request& req)
{
    if (!is_json(req.header("Content-Type").value_or(""))) {
        return tl::unexpected(problem{.status = status::unsupported_media_type,
                                      .detail = "the body must be JSON, with Content-Type: application/json",
                                      .title = {}});
    }
    boost::json::error_code ec;
    auto value = boost::json::parse(req.body(), ec);
    if (ec) {
        return tl::unexpected(problem{
            .status = status::bad_request, .detail = "the body is not well-formed JSON: " + ec.message(), .title = {}});
    }
    return value;
}

problem wrong_shape(std::string_view reason)
{
    return {.status = status::unprocessable_entity,
            .detail = "the body is JSON, but not of the expected shape: " + std::string(reason),
            .title = {}};
}

std::string serialize(const boost::json::value& value)
{
    return boost::json::serialize(value);
}

} // namespace rill::detail
