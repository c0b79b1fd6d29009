#include <rill/http/problem.hpp>

#include <utility>

#include "http/json_text.hpp"

namespace rill {

response to_response(const problem& p)
{
    const auto reason = boost::beast::http::obsolete_reason(p.status);
    const auto title = p.title.empty() ? std::string_view(reason.data(), reason.size()) : std::string_view(p.title);
    std::string text = R"({"type":"about:blank","title":)";
    append_json(text, title);
    text += R"(,"status":)" + std::to_string(static_cast<unsigned>(p.status));
    if (!p.detail.empty()) {
        text += R"(,"detail":)";
        append_json(text, p.detail);
    }
    text += '}';
    response r(p.status, std::move(text), "application/problem+json");
    for (const auto& [name, value] : p.headers) {
        r.header(name, value);
    }
    return r;
}

response to_response(status code, std::string detail)
{
    return to_response(problem{.status = code, .detail = std::move(detail), .title = {}});
}

} // namespace rill
