#pragma once

#include <rill/http/response.hpp>
#include <string>

namespace rill {

/// An error to be answered as application/problem+json (RFC 9457).
struct problem
{
    rill::status status = rill::status::internal_server_error;
    std::string detail; ///< what was wrong with this request, for people; must not hold secrets
    std::string title;  ///< the status' reason phrase when empty
};

response to_response(const problem& p);
response to_response(status code, std::string detail);

} // namespace rill
