#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/pubsub/backplane_stats.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::pubsub {

/// A position in a log: directly after the event with this id.
struct log_position
{
    log_id id{};              ///< empty: the beginning of the log
    std::uint64_t number = 0; ///< the value of the id, if the ids of the log are numbers
};

/// The log of a channel or a hub. It puts the events of all publishers into one order. The publishers may be on several
/// servers. It assigns an id, which is opaque text, to each event. A published event is first appended to the log. The
/// log then passes it to its readers, and they pass it to the streams.
///
/// A channel holds the newest events of the log in memory (replay_limits). For a client that resumes at an older event,
/// the channel calls read_after(), page by page, until it holds the rest itself.
///
/// A log must not lose an event silently. If it cannot exclude that events are missing between two events, it calls
/// reader::on_gap() between them, and read_after() fails with error::unknown_event_id for every id before that point.
/// rill::testing::backplane_contract tests these rules.
class backplane
{
public:
    /// Receives the events in the order of the log. Any thread may call its functions, but never two threads at the
    /// same time.
    class reader
    {
    public:
        /// Sets the start of the reader: the next event is the first event after this position. Called once, before any
        /// other function, when the log knows the position. If ids are not numbers and the log holds its past, a stream
        /// that reads the past compares ids with this id. In this way it detects that it has caught up.
        virtual void on_begin(const log_position& at) = 0;

        /// @param id  the id of the log. An id that sse::event_id::parse() rejects is not sent to clients, because they
        /// could not send it back
        /// @param number  the value of the id, if the ids of the log are numbers
        virtual void on_event(event_draft event, std::string_view id, std::uint64_t number) = 0;

        /// Events may be missing before this position. Called for example if the log has lost its newest events, or if
        /// it has removed events that this reader has not received. Streams get a `gap` notice. The next event is the
        /// first event after this position.
        ///
        /// A client that resumes with the id of this position gets no notice. Therefore no lost event may follow this
        /// position. If ids are numbers, the number must be larger than the number of the last event that this reader
        /// has received, and at least as large as every number that the log has ever assigned before this point,
        /// including those of lost events. If ids are not numbers, the id must not be older than the lost events. It
        /// may be empty if the log knows no such id.
        virtual void on_gap(const log_position& at) = 0;

    protected:
        ~reader() = default;
    };

    struct append_options
    {
        /// Identifies the event. If the log already holds an event with this key, it does not append another one, and
        /// the result is the id of the first one. Each log documents how long it remembers a key. Empty: no check.
        std::string_view idempotency_key{};
    };
    /// Receives the id of an appended event, or the error. Any thread may call it.
    using appended = std::function<void(result<log_id>)>;

    /// Describes the events that a stream reads from the past.
    struct read_request
    {
        /// The first event of the page is the first matching event after the event with this id. Empty: the beginning
        /// of the log. A log that may have removed its first event must answer with error::unknown_event_id.
        log_id after{};
        /// The topics of the events. nullptr: all topics. A log whose ids are not numbers may ignore it and return
        /// other events, too.
        std::shared_ptr<const std::vector<topic_pattern>> topics{};
        std::size_t max_events = 64;
        /// Maximum number of bytes of the page, as the sum of event_draft::footprint(). The first event may exceed it.
        std::size_t max_bytes = 1024UL * 1024;
    };
    /// An event of the past, with the same values as in reader::on_event().
    struct past_event
    {
        event_draft event;
        log_id id;
        std::uint64_t number = 0;
    };
    struct page
    {
        std::vector<past_event> events;
        /// The log has read up to this position. The next request begins there. If ids are not numbers, it must be the
        /// id of the last event of the page, or read_request::after.
        log_position end;
        bool at_end = false; ///< no event of any topic follows `end` at this moment
    };
    /// Receives a page of the past, or the error. Any thread may call it.
    using past_read = std::function<void(result<page>)>;

    backplane() = default;
    backplane(const backplane&) = delete;
    backplane& operator=(const backplane&) = delete;
    virtual ~backplane() = default;

    /// Whether ids are decimal numbers that increase with every event of the log.
    virtual bool ids_are_numbers() const noexcept { return false; }

    /// Appends an event. Thread-safe; must not block.
    ///
    /// Errors, here or in `done`: error::outcome_unknown if the log may or may not have appended the event, for example
    /// because the connection broke after the request was sent. A second append() with the same idempotency key is then
    /// safe. error::log_unavailable if the log has not appended the event and will not append it, for example because
    /// it cannot be reached. error::log_overloaded if too many appends wait. After every other error, too, the log has
    /// not appended the event.
    /// @return the id, if it is known at once. `done` is then not called. An empty id means that `done` receives the id
    /// later. `done` may be empty
    virtual result<log_id> append(event_draft event, const append_options& options, appended done) = 0;

    /// Whether read_after() can return events. If false, a client gets a `gap` notice at once when the channel does not
    /// hold the client's last event id.
    virtual bool holds_past() const noexcept { return false; }

    /// Reads the events that follow the event with this id, in the order of the log. Thread-safe; must not block.
    ///
    /// Completion: calls `done` exactly once, possibly before it returns. A `done` that is destroyed without a call
    /// counts as an error. A page without events that is not at its end is allowed. The readers also get every event of
    /// a page, before or after this call, unless the event was in the log before they began. The backplane must end a
    /// read that takes too long. channel_options::max_past_reads limits the number of reads
    /// at one time. `done` may call functions of the backplane.
    /// Errors: error::unknown_event_id if the id never existed, or if the log does not hold every event after it;
    /// error::log_unavailable, and other errors of the log.
    virtual void read_after(read_request request, past_read done);

    struct tail_options
    {
        /// The number of past events that the reader can hold. The log should begin that many events before its end, so
        /// that a stream finds its past in memory after a restart. It may begin with fewer events.
        std::size_t max_past_events = 0;
    };
    /// Starts to pass the events of the log to `r`. Called at most once for each reader.
    virtual void tail(reader& r, const tail_options& options) = 0;

    /// Stops passing events to `r`. After stop() has returned, the log never calls `r` again.
    virtual void stop(reader& r) = 0;

    /// Counters of the log. Thread-safe.
    virtual backplane_stats stats() const { return {}; }
};

} // namespace rill::pubsub
