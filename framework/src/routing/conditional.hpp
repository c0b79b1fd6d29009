#pragma once

#include <cstdint>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>

namespace rill::detail {

/// The validators of a resource (RFC 9110, 8.8). They change when the content of the resource changes.
struct validators
{
    std::string etag;          ///< strong, including the quotes
    std::int64_t modified = 0; ///< seconds since 1970
};

enum class precondition : unsigned char
{
    passed,
    not_modified, ///< 304
    failed        ///< 412
};

/// Checks the preconditions of a GET or HEAD request, in the order of RFC 9110, 13.2.2.
precondition check_preconditions(const request& req, const validators& current);

enum class range_kind : unsigned char
{
    whole, ///< the request has no range, or an unsupported range
    part,
    unsatisfiable ///< 416
};

struct byte_range
{
    range_kind kind = range_kind::whole;
    std::uint64_t offset = 0; ///< in bytes
    std::uint64_t length = 0; ///< in bytes
};

/// Returns the range that a request selects from a representation of `size` bytes (RFC 9110, 14.2). Checks If-Range.
byte_range requested_range(const request& req, const validators& current, std::uint64_t size);

} // namespace rill::detail
