#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace rill {

/// Marks the stream that answers a request, e.g. with the id of the user or of the session, so that end_streams() finds
/// it. Middleware sets it as an attribute of the request:
///
///     r.set_attribute(rill::stream_tag(session_id));
///
/// Other ways are sse::endpoint_options::stream_tag and sse::event_stream::set_tag(). Operators see the tag in
/// ops::streams(), so it must not be a secret. A response that is not a stream ignores it.
class stream_tag
{
public:
    explicit stream_tag(std::string text) : text_(std::move(text)) {}

    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

/// One stream, as end_streams() shows it to its predicate. It refers to data of the worker, and is valid during the
/// call of the predicate only.
struct stream_info
{
    /// The same id as in observer::stream_opened. 0 for a request whose handler has not returned its stream yet: see
    /// end_streams().
    std::uint64_t id = 0;
    /// The pattern of the route, e.g. "/rooms/{room}". Empty without a router.
    std::string_view route{};
    /// The tag, see stream_tag. Empty if there is none.
    std::string_view tag{};
    /// Returns the address of the connection's peer, as request::remote_address() does without
    /// middleware::forwarded(): behind a proxy this is the proxy. Each call asks the operating system.
    std::function<std::string()> address{};
};

/// Selects streams. It must neither block nor throw.
using stream_predicate = std::function<bool(const stream_info&)>;

namespace detail {

/// The time at which the stream that answers a request ends: an attribute of the request.
struct stream_deadline
{
    std::chrono::system_clock::time_point when;
};

} // namespace detail

} // namespace rill
