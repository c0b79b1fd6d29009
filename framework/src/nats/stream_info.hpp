#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <rill/nats/options.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::nats {

/// The state of a stream at one moment.
struct stream_info
{
    std::uint64_t created = 0;  ///< in microseconds since 1970
    std::uint64_t first = 0;    ///< the sequence of the oldest event; last + 1 if the stream holds no event
    std::uint64_t last = 0;     ///< the sequence of the newest event that the stream has ever held
    std::int64_t last_time = 0; ///< when the server stored the newest event, in nanoseconds since 1970, or 0
    std::vector<std::string> subjects;
    std::string retention;
    std::int64_t max_events_per_subject = -1;
    bool is_clustered = false;
};

/// Reads the response to the requests STREAM.INFO and STREAM.CREATE. Missing fields keep their defaults.
stream_info read_stream_info(const boost::json::object& response);

/// Returns the body of the request STREAM.CREATE. Without a prefix, the name of the stream is its only subject.
std::string make_stream_config(const backplane_options& options, const std::string& prefix);

/// Returns why a log cannot use the stream, or empty text.
std::string why_unusable(const stream_info& info, const std::string& prefix);

/// Returns a time such as "2026-11-30T22:19:34.250642211Z" in nanoseconds since 1970. Returns 0 for an invalid time and
/// for a time before 1970.
std::int64_t parse_time(std::string_view text) noexcept;

/// Returns a field that is a number, or `missing`.
std::uint64_t number_field(const boost::json::object& object, std::string_view name, std::uint64_t missing = 0);

} // namespace rill::nats
