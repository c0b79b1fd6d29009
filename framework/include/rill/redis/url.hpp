#pragma once

#include <rill/core/failure.hpp>
#include <rill/redis/options.hpp>
#include <string_view>
#include <tl/expected.hpp>

namespace rill::redis {

/// Parses the URL of a log:
///
///     redis://[[user]:password@]host[:port][/database][?parameters]
///     redis+unix://[[user]:password@]/path/of/socket[?parameters]     (also unix://)
///     redis+sentinel://[[user]:password@]host[:port][,host[:port]...]/master[/database][?parameters]
///
/// Parameters: key, database (or db), max_events, max_age (in seconds), min_replicas, sentinel_user, sentinel_password.
/// User, password, path and values may be percent-encoded. An IPv6 address is in brackets.
/// Errors: errc::invalid_url, with the part of the URL that is wrong. The message never contains a password.
tl::expected<backplane_options, failure> parse_url(std::string_view text);

} // namespace rill::redis
