#pragma once

#include <cstdint>
#include <functional>
#include <rill/core/error.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace rill::pubsub {

/// The log behind a channel or a hub: it puts the events of all publishers, perhaps of several servers, into one order
/// and gives them their ids, which are opaque text. What is published goes into the log, and comes back from it; only
/// then it goes to the streams.
///
/// A channel holds the end of the log in memory (replay_limits), whichever log it is. What a client that comes back has
/// missed before that is asked for with read_after(), page by page, until the channel has what follows.
class backplane
{
public:
    /// What takes the events, in the order of the log: called from any thread, but never by two at once.
    class reader
    {
    public:
        /// What comes follows right behind the event with this id; empty: behind the log's beginning. Before the first
        /// event, and again behind on_gap(). Where ids are no numbers and the log holds its past, streams find by it
        /// whether they have read up to what comes.
        virtual void on_begin(std::string_view id) = 0;

        /// @param id  the log's. One that sse::event_id::parse() refuses is not sent: clients could not give it back
        /// @param number  the id's value, if the log's ids are numbers
        virtual void on_event(event_draft event, std::string_view id, std::uint64_t number) = 0;

        /// Events may be missing here, as after a long loss of connection: streams are told so.
        virtual void on_gap() = 0;

    protected:
        ~reader() = default;
    };

    /// Gets the id, or why the event could not be appended. From any thread.
    using appended = std::function<void(result<event_id>)>;

    /// An event as reader::on_event() has it.
    struct past_event
    {
        event_draft event;
        event_id id;
        std::uint64_t number = 0;
    };
    /// Gets a page of the past, or why there is none. From any thread.
    using past_read = std::function<void(result<std::vector<past_event>>)>;

    backplane() = default;
    backplane(const backplane&) = delete;
    backplane& operator=(const backplane&) = delete;
    virtual ~backplane() = default;

    /// Whether ids are decimal numbers that rise with every event of the log. The first one that may come, and so the
    /// one before which nothing is known, is first_number().
    virtual bool ids_are_numbers() const noexcept { return false; }
    virtual std::uint64_t first_number() const noexcept { return 0; }

    /// Appends an event. Thread-safe; must not block.
    /// @return the id if it is known at once, and then `done` is not called; an empty one if it comes through `done`
    virtual result<event_id> append(event_draft event, appended done) = 0;

    /// Whether read_after() has anything to give. If not, a client whose last event id a channel does not hold is told
    /// of a gap at once.
    virtual bool holds_past() const noexcept { return false; }

    /// Reads the events that follow right behind the one with this id, of all topics, in the order of the log.
    /// Thread-safe; must not block.
    ///
    /// Completion: `done`, exactly once, also from within the call; a `done` that is destroyed uncalled is an error. No
    /// events: there are none behind the id now. Fewer than `count` do not say that. Every event that it gives has been
    /// given to the readers or is yet to be, unless it was in the log before they began. Errors:
    /// error::unknown_event_id, when there never was such an id or something behind it is not held any more; and those
    /// of the log, e.g. of its connection. A read that takes too long must be given up by the backplane.
    /// @param count  how many at most
    virtual void read_after(std::string_view /*id*/, std::size_t /*count*/, past_read done)
    {
        const auto told = std::move(done);
        told(tl::unexpected(make_error_code(error::unknown_event_id)));
    }

    /// From now on `r` gets the log's events: first as many of the past as the log likes to give, then each new one. At
    /// most once for each reader.
    virtual void tail(reader& r) = 0;

    /// `r` gets nothing more once this has returned.
    virtual void stop(reader& r) = 0;
};

} // namespace rill::pubsub
