#include <rill/http/problem.hpp>

#include <utility>

#include "http/problem_text.hpp"

namespace rill {

response to_response(const problem& p)
{
    response r(p.status, detail::problem_text(p.status, p.title, p.detail), "application/problem+json");
    for (const auto& [name, value] : p.headers) {
        r.set_header(name, value);
    }
    return r;
}

response to_response(status code, std::string detail)
{
    return to_response(problem{.status = code, .detail = std::move(detail), .title = {}});
}

} // namespace rill
