#pragma once

#include <cstdint>
#include <memory>
#include <rill/http/response_writer.hpp>
#include <utility>
#include <vector>

#include "pubsub/event_log.hpp"
#include "pubsub/past_reading.hpp"

namespace rill::pubsub::detail {

class subscriber;
class worker_log;

/// A place in a ring of them; unlinks itself.
struct ring_link
{
    ring_link() = default;
    ring_link(const ring_link&) = delete;
    ring_link& operator=(const ring_link&) = delete;
    ~ring_link() { unlink(); }

    bool linked() const noexcept { return next != nullptr; }
    void unlink() noexcept
    {
        if (linked()) {
            prev->next = next;
            next->prev = prev;
            prev = next = nullptr;
        }
    }

    ring_link* prev = nullptr;
    ring_link* next = nullptr;
};

/// The head of a ring.
struct ring : ring_link
{
    ring() { prev = next = this; }
    ~ring()
    {
        while (!empty()) {
            next->unlink();
        }
    }

    bool empty() const noexcept { return next == this; }
    void push_back(ring_link& link) noexcept
    {
        link.prev = prev;
        link.next = this;
        prev->next = &link;
        prev = &link;
    }
    /// Moves all of `other` to the end.
    void append(ring& other) noexcept
    {
        while (!other.empty()) {
            auto& first = *other.next;
            first.unlink();
            push_back(first);
        }
    }
};

struct topic_link : ring_link
{
    subscriber* owner = nullptr;
};

/// The places of a stream that has more than one topic.
struct topic_links
{
    std::vector<std::unique_ptr<topic_link>> all; ///< but for subscriber::link
    ring unused;                                  ///< of these: their topics are gone
    topic_link with_patterns;                     ///< among the streams that have patterns
};

/// What a stream needs that is not up to date. Its place in the worker's ring of those that can go on.
struct backlog : ring_link
{
    subscriber* owner = nullptr;
    cursor place;
    std::uint64_t asked_for = 0;        ///< up to this sequence number it is what the client has asked for: no limits
    std::uint64_t events = 0;           ///< that have come since, and were not sent
    std::uint64_t bytes = 0;            ///< of memory that they take
    encoded_event notice;               ///< to be sent first
    std::uint64_t dropped = 0;          ///< events that it was not told of yet
    std::size_t unsent = 0;             ///< what it has blocked with, in bytes
    std::shared_ptr<past_reading> past; ///< what comes before its place, which it has not found yet
};

/// One stream's place in its worker. While it is up to date it has no state of its own: its place is the worker's.
class subscriber
{
public:
    enum class state : std::uint8_t
    {
        live,    ///< gets the next event when it comes
        waiting, ///< for its consumer: the client, or the handler
        ready,   ///< behind, and can go on: in the worker's ring
        ended,
    };

    subscriber() = default;
    subscriber(const subscriber&) = delete;
    subscriber& operator=(const subscriber&) = delete;

    /// The live path of what has no connection of its own: the first event of the batch.
    virtual void take(const event_log::found_event& e) = 0;
    /// Goes on from its backlog, between two batches. @param budget how many events it may take, to be reduced
    /// @return whether anything has changed
    virtual bool serve(std::size_t& budget) = 0;
    /// Its state is ended: it is to leave, for this.
    virtual void on_evicted(error_code why) = 0;
    /// The event loop ends.
    virtual void on_shutdown() = 0;

    // What the live path looks at, side by side: a stream's turn then needs two lines of the cache at most.
    topic_link link;
    rill::detail::stream_writer* out = nullptr; ///< where events are put as they are
    std::uint32_t live_since = 0; ///< the batch that was being sent when it became live: it has that already
    state now = state::waiting;
    bool tells_place = false; ///< of an endpoint's stream: its client does not know the id of its place yet

    worker_log* worker = nullptr;
    std::unique_ptr<backlog> behind;
    interest_pointer wanted;
    std::unique_ptr<topic_links> more_links; ///< for more topics than one

protected:
    ~subscriber() = default;
};

} // namespace rill::pubsub::detail
