#pragma once

#include <concepts>
#include <rill/http/response.hpp>
#include <string>
#include <utility>
#include <vector>

namespace rill {

/// An error to be answered as application/problem+json (RFC 9457).
///
/// An application's own error type becomes a problem by a function in the namespace of that type:
///
///     rill::problem to_problem(const shop::error& e);
///
/// Then handlers return tl::expected<T, shop::error>, or shop::error, and extractors fail with one.
struct problem
{
    rill::status status = rill::status::internal_server_error;
    std::string detail{}; ///< what was wrong with this request, for people; must not hold secrets
    std::string title{};  ///< the status' reason phrase when empty
    /// Further headers of the response, e.g. {"Retry-After", "30"}. A 401 must have a WWW-Authenticate.
    std::vector<std::pair<std::string, std::string>> headers{};
};

response to_response(const problem& p);
response to_response(status code, std::string detail);

namespace detail {

/// An application's own error type; see problem.
template <class E>
concept maps_to_problem = requires(const E& e) {
    {
        to_problem(e)
    } -> std::same_as<problem>;
};

inline problem as_problem(problem p)
{
    return p;
}
inline problem as_problem(status code)
{
    return {.status = code};
}
template <maps_to_problem E>
problem as_problem(const E& e)
{
    return to_problem(e);
}

} // namespace detail

} // namespace rill
