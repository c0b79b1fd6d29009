#pragma once

#include <memory>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/mailbox.hpp>
#include <rill/pubsub/backplane.hpp>
#include <vector>

#include "pubsub/ready_list.hpp"
#include "pubsub/stream_start.hpp"

namespace rill::pubsub::detail {

/// Reads for one stream what only the backplane holds: the events after the one that its client has seen last. It reads
/// page by page, and the next page when the stream has taken the previous one. It ends where the store holds everything
/// that follows, see catch_up.
///
/// Belongs to the thread of its worker.
class backfill : public std::enable_shared_from_this<backfill>
{
public:
    enum class state : std::uint8_t
    {
        idle,
        reading, ///< a page has been requested and has not arrived
        at_end,  ///< the last page was empty
        failed,
    };

    /// @param entered  topic_store::entry::newest
    backfill(std::string_view last_event_id, std::uint64_t entered)
        : progress_{.after = log_id(last_event_id), .entered = entered}
    {}

    /// Requests the next page. When it has arrived or failed, the owner becomes ready. Without an owner, the
    /// handler in `page` completes.
    /// @param worker  the mailbox of this thread
    /// @param ready  the list for the owner
    void read(topic_store& store, mailbox::address worker, ready_list* ready = nullptr);

    /// The next event of the page; nullptr if there is none. The same until pass() is called.
    backplane::past_event* next();
    void pass() noexcept { ++at_; }

    state now() const noexcept { return now_; }
    const backfill_progress& progress() const noexcept { return progress_; }
    /// The newest event of the store when a page was last requested.
    std::uint64_t newest_then() const noexcept { return newest_then_; }

    subscriber* owner = nullptr;  ///< none before the stream begins and after it has left
    rill::detail::waiter page;    ///< waits for the page while there is no owner
    bool waits_for_event = false; ///< it continues with the next event of its worker, see catch_up

private:
    using page_or_error = result<std::vector<backplane::past_event>>;
    class ticket;

    void arrive(page_or_error answer);

    backfill_progress progress_;
    std::uint64_t newest_then_ = 0;
    std::vector<backplane::past_event> events_;
    std::size_t at_ = 0;
    ready_list* ready_ = nullptr;
    state now_ = state::idle;
};

/// The start of a stream, with a backfill if that is needed.
struct stream_start : start_point
{
    stream_start() = default;
    stream_start(start_point start) : start_point(std::move(start)) {}
    /// See find_start().
    stream_start(topic_store& store, const topic_filter& filter, std::string_view last_event_id, std::uint64_t entered);

    std::shared_ptr<backfill> pages;
};

/// Gives the subscriber a backlog that begins there.
backlog_state& start_backlog(subscriber& s, stream_start start);

/// The id with which a client resumes at the position of the subscriber, which must have a backlog.
log_id position_id(const topic_store& store, const subscriber& s);

} // namespace rill::pubsub::detail
