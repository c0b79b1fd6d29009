#pragma once

#include <cstdint>
#include <functional>
#include <rill/core/error.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace rill::pubsub {

/// The log of a channel or a hub. It puts the events of all publishers, perhaps of several servers, into one order and
/// gives each event its id, which is opaque text. A published event goes into the log first. It comes back through a
/// reader, and then goes to the streams.
///
/// A channel holds the end of the log in memory (replay_limits). A client that resumes before that end is served with
/// read_after(), page by page, until the channel holds the rest.
class backplane
{
public:
    /// Takes the events in the order of the log. Its functions are called from any thread, but never concurrently.
    class reader
    {
    public:
        /// Tells the reader where it begins: the next on_event() is the first event after the event with this id. An
        /// empty id means the beginning of the log. Called before the first event, and again after on_gap(). If ids are
        /// not numbers and the log holds its past, a stream that reads the past uses this id to see that it has caught
        /// up.
        virtual void on_begin(std::string_view id) = 0;

        /// @param id  the id of the log. An id that sse::event_id::parse() rejects is not sent, because clients could
        /// not send it back
        /// @param number  the value of the id, if the ids of the log are numbers
        virtual void on_event(event_draft event, std::string_view id, std::uint64_t number) = 0;

        /// Events may be missing here, for example after a long loss of connection. Streams get a `gap` notice.
        virtual void on_gap() = 0;

    protected:
        ~reader() = default;
    };

    /// Gets the id of an appended event, or the reason why the event was not appended. Called from any thread.
    using appended = std::function<void(result<log_id>)>;

    /// An event of the past, with the same values as in reader::on_event().
    struct past_event
    {
        event_draft event;
        log_id id;
        std::uint64_t number = 0;
    };
    /// Gets a page of the past, or the reason why there is none. Called from any thread.
    using past_read = std::function<void(result<std::vector<past_event>>)>;

    backplane() = default;
    backplane(const backplane&) = delete;
    backplane& operator=(const backplane&) = delete;
    virtual ~backplane() = default;

    /// Whether ids are decimal numbers that increase with every event of the log.
    virtual bool ids_are_numbers() const noexcept { return false; }
    /// The first number that may come. Nothing is known about numbers before it.
    virtual std::uint64_t first_number() const noexcept { return 0; }

    /// Appends an event. Thread-safe; must not block.
    /// @return the id if it is known at once; then `done` is not called. An empty id if it comes through `done`
    virtual result<log_id> append(event_draft event, appended done) = 0;

    /// Whether read_after() can return events. If not, a client whose last event id the channel does not hold gets a
    /// `gap` notice at once.
    virtual bool holds_past() const noexcept { return false; }

    /// Reads the events that follow directly after the event with this id, of all topics, in the order of the log.
    /// Thread-safe; must not block.
    ///
    /// Completion: calls `done` exactly once, possibly before it returns. A `done` that is destroyed without a call
    /// counts as an error. An empty page means that no event follows at this moment. A page with fewer than `count`
    /// events has no such meaning. Every event in a page has been given to the readers or will be, unless it was in the
    /// log before they began. The backplane must give up a read that takes too long.
    /// Errors: error::unknown_event_id if the id never existed, or if the log does not hold every event after it;
    /// and errors of the log itself, such as those of its connection.
    /// @param count  the maximum number of events
    virtual void read_after(std::string_view /*id*/, std::size_t /*count*/, past_read done)
    {
        const auto call = std::move(done);
        call(tl::unexpected(make_error_code(error::unknown_event_id)));
    }

    /// Starts to give the events of the log to `r`: first as many past events as the log chooses, then each new event.
    /// Called at most once for each reader.
    virtual void tail(reader& r) = 0;

    /// Stops giving events to `r`. After it returns, `r` is never called again.
    virtual void stop(reader& r) = 0;
};

} // namespace rill::pubsub
