#pragma once

#include <rill/core/error.hpp>
#include <rill/http/shared_chunk.hpp>
#include <rill/sse/event.hpp>
#include <span>
#include <string>
#include <string_view>

namespace rill::pubsub {

/// The id that a log has assigned to an event. It is opaque text. By default it is the decimal number of a counter.
using log_id = std::string;

enum class event_kind : unsigned char
{
    message, ///< a published event
    gap,     ///< a notice: events before the next event are lost, see make_gap()
    dropped, ///< a notice: the stream was too slow, see make_dropped()
};

/// An event in its wire form, including the framing. It is encoded once for any number of streams and for replay. It is
/// immutable and shared. A copy costs one atomic increment. Thread-safe.
class encoded_event : public shared_chunk
{
public:
    encoded_event() = default;

    event_kind kind() const noexcept { return bool(*this) ? fields().kind : event_kind::message; }
    std::string_view topic() const noexcept { return view(&event_block::topic); }
    /// Empty for a notice.
    std::string_view id() const noexcept { return view(&event_block::id); }
    std::string_view name() const noexcept { return view(&event_block::name); }
    /// The published data, with its original line ends.
    std::string_view data() const noexcept { return view(&event_block::data); }
    /// A newer event with the same key replaces this event, see slow_policy::latest_per_key. The key is not sent.
    std::string_view key() const noexcept { return view(&event_block::key); }

    /// Whether the event is a part of a snapshot, see channel_options::snapshot.
    bool is_in_snapshot() const noexcept { return bool(*this) && fields().in_snapshot; }

    /// Returns an sse::event, for example to change it and to send it with sse::event_stream::send(). It refers to the
    /// text of *this and does not copy it.
    sse::event as_event() const noexcept;

    /// The memory that the event takes, in bytes.
    std::size_t footprint() const noexcept { return bool(*this) ? fields().footprint : 0; }

private:
    friend class event_draft;

    struct span
    {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };
    struct event_block : block
    {
        event_kind kind = event_kind::message;
        bool has_data = false;
        bool in_snapshot = false;
        std::uint32_t footprint = 0;
        span topic;
        span key;
        span name;
        span data;
        span id;
    };

    explicit encoded_event(event_block* owned) noexcept : shared_chunk(owned) {}

    const event_block& fields() const noexcept { return *static_cast<const event_block*>(get()); }
    event_block& fields() noexcept { return *static_cast<event_block*>(get()); }
    std::string_view view(span event_block::*field) const noexcept
    {
        return bool(*this) ? fields().text((fields().*field).at, (fields().*field).size) : std::string_view();
    }
};

/// An encoded event without its id. All slow work is done before the log assigns the id.
class event_draft
{
public:
    event_draft(event_draft&&) noexcept = default;
    event_draft& operator=(event_draft&&) noexcept = default;

    /// Encodes `e`. Errors: error::invalid_utf8; error::message_too_large for 1 GiB or more.
    /// @param key  see encoded_event::key()
    static result<event_draft> make(const sse::event& e, std::string_view topic = {}, std::string_view key = {});

    std::string_view topic() const noexcept { return event_.topic(); }
    std::string_view key() const noexcept { return event_.key(); }
    std::string_view name() const noexcept { return event_.name(); }
    std::string_view data() const noexcept { return event_.data(); }
    bool has_data() const noexcept { return event_.fields().has_data; }
    /// The fields of the event in their wire form, without the id and without the empty line at the end.
    std::string_view lines() const noexcept { return event_.fields().text(event_.fields().at, event_.fields().size); }
    /// The id from the publisher, or empty text.
    std::string_view own_id() const noexcept { return own_id_; }
    std::size_t footprint() const noexcept { return event_.footprint(); }

    event_draft copy() const;

    /// Adds the id and makes the event immutable. `id` must not contain CR, LF or NUL. An empty id adds no id line.
    encoded_event finish(std::string_view id) &&;

    // Internal to this module:

    /// Makes the event a part of a snapshot.
    void mark_as_snapshot() noexcept { event_.fields().in_snapshot = true; }
    /// Returns a copy of a notice without its id.
    static encoded_event without_id(const encoded_event& notice);
    /// Returns one piece of the wire form of several events of a snapshot. Its fields are empty.
    static encoded_event join(std::span<const encoded_event> events);

private:
    friend encoded_event make_gap(std::string_view, std::string_view, std::string_view);
    friend encoded_event make_dropped(std::uint64_t);

    using event_block = encoded_event::event_block;
    class layout;

    event_draft(encoded_event event, std::string own_id) noexcept : event_(std::move(event)), own_id_(std::move(own_id))
    {}
    static event_block* allocate(std::size_t size);
    static encoded_event clone(const event_block& original, std::size_t capacity);
    encoded_event notice(event_kind kind, std::string_view id) &&;

    encoded_event event_;
    std::string own_id_;
};

/// Returns the notice before an incomplete replay: name "gap", data {"requested":ID,"oldest":ID|null}. `requested` is
/// the Last-Event-ID of the client, truncated and converted to valid UTF-8. `oldest` is the id of the oldest event that
/// is held, or null.
/// @param id  the id of the notice itself. If it is empty, the notice has no id
encoded_event make_gap(std::string_view requested, std::string_view oldest, std::string_view id = {});

/// Returns the notice that replaces the events that a slow stream has missed: name "dropped", data {"count":N}.
encoded_event make_dropped(std::uint64_t count);

} // namespace rill::pubsub
