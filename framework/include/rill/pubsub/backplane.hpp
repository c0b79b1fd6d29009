#pragma once

#include <cstdint>
#include <functional>
#include <rill/core/error.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace rill::pubsub {

/// The log of a channel or a hub. It puts the events of all publishers into one order. The publishers may be on several
/// servers. It assigns an id, which is opaque text, to each event. A published event is first appended to the log. The
/// log then passes it to its readers, and they pass it to the streams.
///
/// A channel holds the newest events of the log in memory (replay_limits). For a client that resumes at an older event,
/// the channel calls read_after(), page by page, until it holds the rest itself.
class backplane
{
public:
    /// Receives the events in the order of the log. Any thread may call its functions, but never two threads at the
    /// same time.
    class reader
    {
    public:
        /// Sets the start of the reader. The next on_event() has the first event after the event with this id. An empty
        /// id means the beginning of the log. Called before the first event, and again after on_gap(). If ids are not
        /// numbers and the log holds its past, a stream that reads the past compares ids with this id. In this way it
        /// detects that it has caught up.
        virtual void on_begin(std::string_view id) = 0;

        /// @param id  the id of the log. An id that sse::event_id::parse() rejects is not sent to clients, because they
        /// could not send it back
        /// @param number  the value of the id, if the ids of the log are numbers
        virtual void on_event(event_draft event, std::string_view id, std::uint64_t number) = 0;

        /// Called if events may be missing at this point, for example because the connection to the log was lost for a
        /// long time. Streams get a `gap` notice.
        virtual void on_gap() = 0;

    protected:
        ~reader() = default;
    };

    /// Receives the id of an appended event, or the error if the event was not appended. Any thread may call it.
    using appended = std::function<void(result<log_id>)>;

    /// An event of the past, with the same values as in reader::on_event().
    struct past_event
    {
        event_draft event;
        log_id id;
        std::uint64_t number = 0;
    };
    /// Receives a page of the past, or the error. Any thread may call it.
    using past_read = std::function<void(result<std::vector<past_event>>)>;

    backplane() = default;
    backplane(const backplane&) = delete;
    backplane& operator=(const backplane&) = delete;
    virtual ~backplane() = default;

    /// Whether ids are decimal numbers that increase with every event of the log.
    virtual bool ids_are_numbers() const noexcept { return false; }
    /// The first number that an event may have. Nothing is known about smaller numbers.
    virtual std::uint64_t first_number() const noexcept { return 0; }

    /// Appends an event. Thread-safe; must not block.
    /// @return the id, if it is known at once. `done` is then not called. An empty id means that `done` receives the id
    /// later
    virtual result<log_id> append(event_draft event, appended done) = 0;

    /// Whether read_after() can return events. If false, a client gets a `gap` notice at once when the channel does not
    /// hold the client's last event id.
    virtual bool holds_past() const noexcept { return false; }

    /// Reads the events of all topics that directly follow the event with this id, in the order of the log.
    /// Thread-safe; must not block.
    ///
    /// Completion: calls `done` exactly once, possibly before it returns. A `done` that is destroyed without a call
    /// counts as an error. An empty page means that no event follows at this moment. A page with at least one event
    /// does not mean this, even if it has fewer than `count` events. The readers also get every event of a page, before
    /// or after this call, unless the event was in the log before they began. The backplane must end a read that takes
    /// too long. Errors: error::unknown_event_id if the id never existed, or if the log does not hold every event after
    /// it; and errors of the log itself, such as a lost connection.
    /// @param count  the maximum number of events
    virtual void read_after(std::string_view /*id*/, std::size_t /*count*/, past_read done)
    {
        const auto call = std::move(done);
        call(tl::unexpected(make_error_code(error::unknown_event_id)));
    }

    /// Starts to pass the events of the log to `r`: first some past events, then each new event. The log chooses the
    /// number of past events. Called at most once for each reader.
    virtual void tail(reader& r) = 0;

    /// Stops passing events to `r`. After stop() has returned, the log never calls `r` again.
    virtual void stop(reader& r) = 0;
};

} // namespace rill::pubsub
