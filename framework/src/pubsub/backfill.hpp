#pragma once

#include <memory>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/mailbox.hpp>
#include <rill/pubsub/backplane.hpp>
#include <vector>

#include "pubsub/past_source.hpp"
#include "pubsub/ready_list.hpp"
#include "pubsub/stream_start.hpp"

namespace rill::pubsub::detail {

/// Reads the events after the last event id of one client, for one stream. Only the backplane still holds these events.
/// The backfill reads page by page. It requests a page after the stream has taken the previous page. It ends when the
/// store holds all events that follow. See catch_up.
///
/// Belongs to the thread of its worker.
class backfill final : public past_source, public std::enable_shared_from_this<backfill>
{
public:
    enum class state : std::uint8_t
    {
        idle,
        reading, ///< a page has been requested and has not arrived
        at_end,  ///< the last page ended at the end of the log
        failed,
    };

    using topic_list = std::shared_ptr<const std::vector<topic_pattern>>;

    /// @param topics  see backplane::read_request::topics
    /// @param entered  topic_store::entry::newest
    /// @param joins  see find_start()
    backfill(topic_list topics, std::string_view last_event_id, std::uint64_t entered, bool joins)
        : past_source(source_kind::backfill), topics_(std::move(topics)),
          progress_{.after = log_id(last_event_id), .entered = entered, .joins = joins}
    {}

    /// Requests the next page. After the page has arrived or the read has failed, the owner becomes ready. Without an
    /// owner, the handler in `page` completes.
    /// @param worker  the mailbox of this thread
    /// @param ready  the list to which the owner is added
    void read(topic_store& store, mailbox::address worker, ready_list* ready = nullptr);

    /// The next event of the page. nullptr at the end of the page. Returns the same event until pass() is called.
    backplane::past_event* next();
    void pass() noexcept { ++at_; }

    log_id position_id() const override { return progress_.after; }

    state now() const noexcept { return now_; }
    const backfill_progress& progress() const noexcept { return progress_; }
    /// The newest sequence number of the store at the time of the last read().
    std::uint64_t newest_then() const noexcept { return newest_then_; }

    rill::detail::waiter page; ///< the handler that waits for the page while there is no owner

private:
    using page_or_error = result<backplane::page>;
    class ticket;

    void arrive(page_or_error answer);

    topic_list topics_;
    backfill_progress progress_;
    std::uint64_t newest_then_ = 0;
    backplane::page page_;
    std::size_t at_ = 0;
    ready_list* ready_ = nullptr;
    state now_ = state::idle;
};

/// The start of a stream, with a backfill if the stream needs one.
struct stream_start : start_point
{
    stream_start() = default;
    stream_start(start_point start) : start_point(std::move(start)) {}
    /// See find_start().
    stream_start(topic_store& store, const topic_filter& filter, std::string_view last_event_id, std::uint64_t entered,
                 bool joins);

    std::shared_ptr<backfill> pages;
};

/// Creates a backlog for the subscriber. The backlog begins at this start.
backlog_state& start_backlog(subscriber& s, stream_start start);

/// The id with which a client resumes at the position of the subscriber. The subscriber must have a backlog.
log_id position_id(const topic_store& store, const subscriber& s);

} // namespace rill::pubsub::detail
