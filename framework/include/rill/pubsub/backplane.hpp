#pragma once

#include <cstdint>
#include <functional>
#include <rill/core/error.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <string_view>

namespace rill::pubsub {

/// The log behind a channel or a hub: it puts the events of all publishers, perhaps of several servers, into one order
/// and gives them their ids, which are opaque text. What is published goes into the log, and comes back from it; only
/// then it goes to the streams.
///
/// A channel holds the end of the log in memory (replay_limits), whichever log it is.
class backplane
{
public:
    /// What takes the events, in the order of the log: called from any thread, but never by two at once.
    class reader
    {
    public:
        /// @param id  the log's; must not hold CR, LF or NUL
        /// @param number  the id's value, if the log's ids are numbers
        virtual void on_event(event_draft event, std::string_view id, std::uint64_t number) = 0;

        /// Events may be missing here, as after a long loss of connection: streams are told so.
        virtual void on_gap() = 0;

    protected:
        ~reader() = default;
    };

    /// Gets the id, or why the event could not be appended. From any thread.
    using appended = std::function<void(result<event_id>)>;

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

    /// From now on `r` gets the log's events: first as many of the past as the log likes to give, then each new one. At
    /// most once for each reader.
    virtual void tail(reader& r) = 0;

    /// `r` gets nothing more once this has returned.
    virtual void stop(reader& r) = 0;
};

} // namespace rill::pubsub
