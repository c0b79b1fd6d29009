#pragma once

#include <rill/core/failure.hpp>
#include <rill/nats/options.hpp>
#include <string_view>
#include <tl/expected.hpp>

namespace rill::nats {

/// Parses "nats://USER:PASSWORD@HOST:PORT,HOST:PORT/STREAM?NAME=VALUE&...". All parts but the scheme and one host are
/// optional. Without a password, the user is the token. User, password and values may be percent-encoded. The names are
/// prefix, replicas, storage (file or memory), create (true or false), max_events, max_bytes, max_age and
/// duplicate_window (seconds), and credentials (a file).
/// Errors: std::errc::invalid_argument, with the part of the URL that is wrong. The message never contains the password.
tl::expected<backplane_options, failure> parse_url(std::string_view text);

} // namespace rill::nats
