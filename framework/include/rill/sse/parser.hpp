#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill::sse {

/// Limits of a parser. They limit its memory, even if a server never ends a line or an event.
struct parser_limits
{
    /// Maximum size of a line in bytes, without its end. This applies to every line, also to a comment.
    std::size_t max_line_bytes = 1024UL * 1024;
    /// Maximum size of an event in bytes: its data, name and id, after decoding.
    std::size_t max_event_bytes = 1024UL * 1024;
};

/// An event as a client receives it. It owns its text, which is well-formed UTF-8.
struct parsed_event
{
    /// The lines of data, joined by LF.
    std::string data{};
    /// The type of the event. "message" if the event has no `event` field.
    std::string name{};
    /// The last event id of the stream after this event. It may come from an earlier event.
    std::string id{};
    /// Whether this event has an `id` field of its own that is not ignored.
    bool has_own_id = false;

    friend bool operator==(const parsed_event&, const parsed_event&) = default;
};

/// Parses an event stream (WHATWG HTML, sections 9.2.5 and 9.2.6). The parser does no I/O.
///
/// Bytes may arrive in pieces of any size. CR, LF and CRLF each end a line. A CR ends a line immediately. Therefore the
/// parser returns an event without waiting for the next byte. It does not return an event without a `data` field, but
/// keeps the id of this event. It never returns an event that does not end with an empty line. It skips one leading
/// byte order mark. It ignores an id with a NUL, and a `retry` that does not consist of digits. As in browsers,
/// malformed UTF-8 becomes U+FFFD, one for each maximal part of a sequence (WHATWG Encoding, "UTF-8 decode"). Malformed
/// UTF-8 is not an error, because the standard requires this and a client cannot repair the server.
///
/// A parser reads one response. For the next response, construct a parser with the last event id of the previous
/// parser. The text of the standard resets this id, but all browsers keep it. Not thread-safe.
class parser
{
public:
    /// @param last_event_id the id of events before the first `id` field
    explicit parser(parser_limits limits = {}, std::string last_event_id = {});

    /// Removes bytes from the front of `bytes` until an event is complete, and returns it. Returns an empty optional if
    /// it has removed all bytes and no event is complete. Call next() until it returns an empty optional:
    ///
    ///     for (auto e = parser.next(bytes); e && *e; e = parser.next(bytes)) { use(**e); }
    ///
    /// Fails with error::message_too_large if a limit is exceeded. Each later call fails as well. No call is necessary
    /// at the end of the stream. The parser discards an incomplete event.
    result<std::optional<parsed_event>> next(std::string_view& bytes);

    /// The id that a client sends as Last-Event-ID when it reconnects. An id takes effect with the empty line that ends
    /// its event.
    const std::string& last_event_id() const noexcept { return last_id_; }

    /// The reconnection time of the last valid `retry` field, if there was one. It is at most 2^31 - 1 ms. A `retry`
    /// takes effect with the end of its line.
    std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

    /// Sets a function that gets the text of each comment, such as a heartbeat. The text is decoded and excludes the
    /// colon and one following space. The function must not use the parser.
    void on_comment(std::function<void(std::string_view)> f) { on_comment_ = std::move(f); }

private:
    bool take_line(std::string_view line);
    bool take_field(std::string_view name, std::string_view value);
    void take_retry(std::string_view value) noexcept;
    std::optional<parsed_event> dispatch();

    parser_limits limits_;
    std::string line_;  // the beginning of a line whose end has not arrived
    parsed_event open_; // the event that is being read. Its data ends with an LF, if it has data
    std::string last_id_;
    std::optional<std::chrono::milliseconds> retry_;
    std::function<void(std::string_view)> on_comment_;
    bool first_line_ = true;
    bool skip_lf_ = false; // the last byte was a CR that ended a line
    bool failed_ = false;
};

} // namespace rill::sse
