#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <rill/http/response_writer.hpp>
#include <vector>

#include "pubsub/history.hpp"

namespace rill::pubsub::detail {

class dispatcher;
class past_source;
struct subscriber;

using list_hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class T>
using list_of =
    boost::intrusive::list<T, boost::intrusive::base_hook<list_hook>, boost::intrusive::constant_time_size<false>>;

/// Makes a subscriber a member of the list of a topic. A subscriber is its own first link. All other links are extra
/// links.
class topic_link : public list_hook
{
public:
    topic_link(const topic_link&) = delete;
    topic_link& operator=(const topic_link&) = delete;

    bool is_extra() const noexcept { return (word_ & extra) != 0; }
    subscriber& owner() noexcept;
    /// The address to prefetch before an event is sent to the owner: its writer, or the owner of an extra link.
    const char* prefetch_address() const noexcept
    {
        return reinterpret_cast<const char*>(word_); // NOLINT(performance-no-int-to-ptr)
    }

protected:
    topic_link() = default;
    explicit topic_link(subscriber& owner) noexcept : word_(reinterpret_cast<std::uintptr_t>(&owner) | extra) {}
    ~topic_link() = default;

    // The writer of the subscriber, or the owner of an extra link with the lowest bit set. A second member would cost
    // memory in each stream.
    static constexpr std::uintptr_t extra = 1;
    std::uintptr_t word_ = 0;
};
using topic_links = list_of<topic_link>;

struct extra_link final : topic_link
{
    explicit extra_link(subscriber& owner) noexcept : topic_link(owner) {}
};

/// The extra links of a subscriber that selects more than one topic.
struct extra_links
{
    explicit extra_links(subscriber& owner) noexcept : with_patterns(owner) {}

    std::vector<std::unique_ptr<extra_link>> all;
    topic_links unused;       ///< links of removed topics
    extra_link with_patterns; ///< a link in the list of the subscribers that have patterns
};

/// The data that several subscribers may share. A subscriber that selects more than one topic does not share it.
struct subscriber_group
{
    dispatcher* worker = nullptr; ///< null before dispatcher::add() and after the shutdown of the worker
    filter_pointer filter;
    std::unique_ptr<extra_links> more_links; ///< null if the filter selects only one topic
};

/// The state of a subscriber that is not up to date. The base class is a hook for the ready_list.
struct backlog_state : list_hook
{
    subscriber* owner = nullptr;
    cursor position;
    std::uint64_t requested_until = 0; ///< the client requested the events up to here; they do not count as backlog
    std::uint64_t events = 0;          ///< later events that have not been sent
    std::uint64_t bytes = 0;           ///< the memory that these events take
    encoded_event notice;              ///< a notice that is sent first
    std::uint64_t dropped = 0;         ///< dropped events that have not been reported to the client
    std::size_t unsent = 0;            ///< the subscriber waits until these bytes have been sent
    std::shared_ptr<past_source> past; ///< supplies the events before the position; until it ends, the stream lags
};
using backlog_list = list_of<backlog_state>;

enum class subscriber_kind : std::uint8_t
{
    writer, ///< the stream of an endpoint; its events go to its response_writer
    waiter, ///< the subscription of a handler, which waits for its next event; see the class waiter
};

/// One stream of a worker. While a stream is live, it stores no position, because it has the position of the worker.
struct subscriber : topic_link
{
    enum class state : std::uint8_t
    {
        live,    ///< up to date; gets the next event when the event arrives
        waiting, ///< waits for its consumer, which is the client or the handler
        ready,   ///< lags and can continue; is in the ready_list
        ended,
    };

    explicit subscriber(subscriber_kind k) noexcept : kind(k) {}
    subscriber(const subscriber&) = delete;
    subscriber& operator=(const subscriber&) = delete;

    /// The stream of a writer. Null before the writer has started.
    rill::detail::stream_writer* out() const noexcept
    {
        return reinterpret_cast<rill::detail::stream_writer*>(word_); // NOLINT(performance-no-int-to-ptr)
    }
    void set_out(rill::detail::stream_writer& to) noexcept { word_ = reinterpret_cast<std::uintptr_t>(&to); }

    dispatcher* worker() const noexcept { return group->worker; }
    const topic_filter& filter() const noexcept { return *group->filter; }

    // For each event, the dispatcher reads the members of topic_link and these members. They are adjacent, so that it
    // reads at most two cache lines.
    /// the batch that was being sent when the stream became live; the stream already has this batch
    std::uint32_t live_since = 0;
    state now = state::waiting;
    bool sends_position = false; ///< for a writer: its client does not have the id of its position yet
    const subscriber_kind kind;
    bool joins = false; ///< gets a snapshot after a gap, if the channel has snapshots

    std::unique_ptr<backlog_state> backlog;
    subscriber_group* group = nullptr;

protected:
    ~subscriber() = default;
};

static_assert(sizeof(topic_link) == 3 * sizeof(void*));
static_assert(sizeof(backlog_state) == 13 * sizeof(void*));
static_assert(sizeof(subscriber) == 6 * sizeof(void*));

inline subscriber& topic_link::owner() noexcept
{
    if (is_extra()) [[unlikely]] {
        return *reinterpret_cast<subscriber*>(word_ & ~extra); // NOLINT(performance-no-int-to-ptr)
    }
    return static_cast<subscriber&>(*this);
}

/// Sets the position of the subscriber to this sequence number. Creates a backlog if there is none.
backlog_state& fall_behind(subscriber& s, std::uint64_t seen);

/// Returns a link of the subscriber that is in no list. May allocate a link.
topic_link& unused_link(subscriber& s);

/// The extra links of the subscriber. The first call creates them.
extra_links& extra_links_of(subscriber& s);

} // namespace rill::pubsub::detail
