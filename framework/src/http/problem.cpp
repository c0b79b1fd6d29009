#include <rill/http/problem.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>

namespace rill {

response to_response(const problem& p)
{
    const auto reason = boost::beast::http::obsolete_reason(p.status);
    boost::json::object members{
        {"type", "about:blank"},
        {"title", p.title.empty() ? std::string_view(reason.data(), reason.size()) : std::string_view(p.title)},
        {"status", static_cast<unsigned>(p.status)}};
    if (!p.detail.empty()) {
        members["detail"] = p.detail;
    }
    response r(p.status, boost::json::serialize(members), "application/problem+json");
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
