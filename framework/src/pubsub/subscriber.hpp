#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <rill/http/response_writer.hpp>
#include <vector>

#include "pubsub/history.hpp"

namespace rill::pubsub::detail {

class backfill;
class dispatcher;
struct subscriber;

using list_hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class T>
using list_of =
    boost::intrusive::list<T, boost::intrusive::base_hook<list_hook>, boost::intrusive::constant_time_size<false>>;

/// The membership of a subscriber in the list of a topic.
struct topic_link : list_hook
{
    subscriber* owner = nullptr;
};
using topic_links = list_of<topic_link>;

/// The links of a subscriber that wants more than one topic.
struct extra_links
{
    std::vector<std::unique_ptr<topic_link>> all; ///< without subscriber::link
    topic_links unused;                           ///< those of removed topics
    topic_link with_patterns;                     ///< in the list of the subscribers that have patterns
};

/// The state of a subscriber that is not up to date. The hook is for the ready_list.
struct backlog_state : list_hook
{
    subscriber* owner = nullptr;
    cursor position;
    std::uint64_t requested_until = 0; ///< the client asked for events up to here, so that they do not count as backlog
    std::uint64_t events = 0;          ///< events that have been published since then and not been sent
    std::uint64_t bytes = 0;           ///< the memory that these take
    encoded_event notice;              ///< to be sent first
    std::uint64_t dropped = 0;         ///< events that were dropped and not yet reported to the client
    std::size_t unsent = 0;            ///< bytes for which it waits
    std::shared_ptr<backfill> pages;   ///< what comes before the position; then the position is not known yet
};
using backlog_list = list_of<backlog_state>;

enum class subscriber_kind : std::uint8_t
{
    writer, ///< the stream of an endpoint: events go to its response_writer
    waiter, ///< the subscription of a handler, which waits for its next event: see the class waiter
};

/// One stream of a worker. While it is live it has no state of its own: its position is that of the worker.
struct subscriber
{
    enum class state : std::uint8_t
    {
        live,    ///< up to date: gets the next event when it comes
        waiting, ///< waits for its consumer, which is the client or the handler
        ready,   ///< lags and can continue: it is in the ready_list
        ended,
    };

    explicit subscriber(subscriber_kind k) noexcept : kind(k) {}
    subscriber(const subscriber&) = delete;
    subscriber& operator=(const subscriber&) = delete;

    // The dispatcher reads these for each event. They lie side by side, so that it reads at most two cache lines.
    topic_link link;
    rill::detail::stream_writer* out = nullptr; ///< of a writer that has started
    std::uint32_t live_since = 0; ///< the batch that was being sent when it became live, and which it has already
    state now = state::waiting;
    bool sends_position = false; ///< of a writer: its client does not know the id of its position yet
    const subscriber_kind kind;

    dispatcher* worker = nullptr;
    std::unique_ptr<backlog_state> backlog;
    filter_pointer filter;
    std::unique_ptr<extra_links> more_links;

protected:
    ~subscriber() = default;
};

static_assert(sizeof(topic_link) == 3 * sizeof(void*));
static_assert(sizeof(backlog_state) == 13 * sizeof(void*));
static_assert(sizeof(subscriber) == 9 * sizeof(void*));

/// Gives the subscriber a backlog after this sequence number.
backlog_state& fall_behind(subscriber& s, std::uint64_t seen);

/// A link of the subscriber that is in no list. It may have to allocate one.
topic_link& unused_link(subscriber& s);

/// The extra links of the subscriber, which are created with the first call.
extra_links& extra_links_of(subscriber& s);

} // namespace rill::pubsub::detail
