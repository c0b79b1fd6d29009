#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace rill {

/// The tag of the stream that answers a request, e.g. the id of the user. end_streams() selects streams by their tags.
/// Middleware sets the tag as an attribute of the request:
///
///     r.set_attribute(rill::stream_tag(user_id));
///
/// Other ways are sse::endpoint_options::stream_tag and sse::event_stream::set_tag(). The tag must not be a secret,
/// because operators see it in ops::streams(). If the response is not a stream, the tag has no effect.
class stream_tag
{
public:
    explicit stream_tag(std::string text) : text_(std::move(text)) {}

    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

/// Describes one stream to the predicate of end_streams(). It refers to data of the worker, and is valid only during
/// the call of the predicate.
struct stream_info
{
    /// The same id as in observer::stream_opened. 0 for a request whose handler has not returned yet: see
    /// end_streams().
    std::uint64_t id = 0;
    /// The pattern of the route, e.g. "/rooms/{room}". Empty without a router.
    std::string_view route{};
    /// The tag of the stream, see stream_tag. Empty if the stream has no tag.
    std::string_view tag{};
    /// Returns the address of the connection's peer, which may be a proxy. It is the value of request::remote_address()
    /// without middleware::forwarded(). Each call reads the address from the operating system.
    std::function<std::string()> address{};
};

/// Selects streams. It must not block or throw.
using stream_predicate = std::function<bool(const stream_info&)>;

namespace detail {

/// An attribute of a request: the time at which the stream of the response ends.
struct stream_deadline
{
    std::chrono::system_clock::time_point when;
};

} // namespace detail

} // namespace rill
