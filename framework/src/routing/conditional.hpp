#pragma once

#include <cstdint>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>

namespace rill::detail {

/// What tells one state of a resource from another.
struct validators
{
    std::string etag;          ///< strong, in its quotes
    std::int64_t modified = 0; ///< seconds since 1970
};

enum class precondition : unsigned char
{
    passed,
    not_modified, ///< 304
    failed        ///< 412
};

/// The preconditions of a GET or HEAD, in the order of RFC 9110, 13.2.2.
precondition check_preconditions(const request& req, const validators& now);

enum class range_kind : unsigned char
{
    whole, ///< no range asked for, or none that we serve
    part,
    unsatisfiable ///< 416
};

struct byte_range
{
    range_kind kind = range_kind::whole;
    std::uint64_t offset = 0; ///< in bytes
    std::uint64_t length = 0; ///< in bytes
};

/// The range of a representation of `size` bytes that the request asks for (RFC 9110, 14.2), with regard to If-Range.
byte_range requested_range(const request& req, const validators& now, std::uint64_t size);

} // namespace rill::detail
