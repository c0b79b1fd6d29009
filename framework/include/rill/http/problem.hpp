#pragma once

#include <concepts>
#include <rill/http/response.hpp>
#include <string>
#include <utility>
#include <vector>

namespace rill {

/// An error whose response is application/problem+json (RFC 9457).
///
/// A function in the namespace of an application's error type converts that type to a problem:
///
///     rill::problem to_problem(const shop::error& e);
///
/// Handlers may then return tl::expected<T, shop::error> or shop::error, and extractors may fail with a shop::error.
struct problem
{
    rill::status status = rill::status::internal_server_error;
    std::string detail{}; ///< the mistake in this request, for people; must not contain secrets
    std::string title{};  ///< empty: the reason phrase of the status
    /// Additional headers of the response, e.g. {"Retry-After", "30"}. A 401 must have WWW-Authenticate.
    std::vector<std::pair<std::string, std::string>> headers{};
};

response to_response(const problem& p);
response to_response(status code, std::string detail);

namespace detail {

/// An error type of the application; see problem.
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
