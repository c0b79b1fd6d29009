#pragma once

#include <memory>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/mailbox.hpp>
#include <rill/pubsub/backplane.hpp>
#include <vector>

namespace rill::pubsub::detail {

class event_log;
class subscriber;

/// What one stream reads of the backplane, as the log does not hold it (any more): the events behind the one that its
/// client has seen last, a page at a time, the next page when the stream has had the one before. It ends where the log
/// holds what follows: see worker_log::pull().
///
/// Belongs to its worker's thread.
class past_reading : public std::enable_shared_from_this<past_reading>
{
public:
    enum class state : std::uint8_t
    {
        idle,
        asked,  ///< for a page, which has not come
        at_end, ///< there was nothing more
        failed,
    };

    /// @param entered  event_log::entry::newest
    past_reading(std::string_view last_event_id, std::uint64_t entered) : behind_(last_event_id), entered_(entered) {}

    /// Asks for the next page. When it has come, or has failed, the owner is ready, or what waits for the page
    /// completes.
    /// @param where  the worker's mailbox
    void ask(event_log& log, mailbox::address where);

    /// The next event of the page, the same until pass() is called; none if there is none.
    backplane::past_event* next();
    void pass() noexcept { ++at_; }

    state now() const noexcept { return now_; }
    /// The last event that next() has given, or what the client has seen.
    const event_id& behind() const noexcept { return behind_; }
    /// Its topic; not known of what the client has seen.
    const std::string& topic() const noexcept { return topic_; }
    std::uint64_t entered() const noexcept { return entered_; }
    /// The log's newest event when it was asked last.
    std::uint64_t newest_then() const noexcept { return newest_then_; }
    /// Whether the backplane knew what the client has seen.
    bool has_begun() const noexcept { return begun_; }
    error_code failure() const noexcept { return failure_; }

    subscriber* owner = nullptr; ///< none before it has begun, and when it has left
    rill::detail::waiter page;   ///< waits for the page, while there is no owner
    bool listed = false;         ///< among those that go on with the worker's next event

private:
    using page_or_error = result<std::vector<backplane::past_event>>;
    class ticket;

    void arrive(page_or_error answer);

    event_id behind_;
    std::string topic_;
    std::uint64_t entered_;
    std::uint64_t newest_then_ = 0;
    std::vector<backplane::past_event> events_;
    std::size_t at_ = 0;
    error_code failure_;
    state now_ = state::idle;
    bool begun_ = false;
};

} // namespace rill::pubsub::detail
