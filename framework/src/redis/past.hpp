#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>

#include "redis/readers.hpp"
#include "redis/session.hpp"
#include "redis/wakeup.hpp"

namespace rill::redis::detail {

/// A read_after() that waits for its page.
struct past_job
{
    pubsub::backplane::read_request request;
    pubsub::backplane::past_read done;
    std::chrono::steady_clock::time_point since;
};

/// Parses the id of an event. Returns nothing if no server can have assigned it.
std::optional<std::uint64_t> parse_id(std::string_view id) noexcept;

/// Makes a page of the entries that match the request.
pubsub::backplane::page make_page(const pubsub::backplane::read_request& request, const read_answer& answer,
                                  std::uint64_t after);

/// Reads the past, for read_after() and for new readers. push() is thread-safe. All other functions run on the thread
/// of the log.
class past
{
public:
    using clock = std::chrono::steady_clock;

    past(asio::io_context& context, log_state& state, readers& all) : state_(state), readers_(all), work_(context) {}

    void push(past_job job);
    /// There is a new job, a new reader, or the live position is now known.
    void wake() noexcept { work_.notify(); }
    /// Reads until the connection fails. Returns its error.
    awaitable<failure> serve(session& connected);
    /// Ends the jobs that have waited for longer than request_timeout.
    void expire(clock::time_point now);
    /// Ends all jobs.
    void abandon() { expire(clock::time_point::max()); }

private:
    std::optional<past_job> take();
    void finish(past_job job, result<pubsub::backplane::page> page);
    awaitable<std::optional<failure>> read_job(session& connected, past_job job);
    awaitable<std::optional<failure>> advance(session& connected, readers::behind reader);

    log_state& state_;
    readers& readers_;
    wakeup work_;
    std::mutex mutex_;
    std::deque<past_job> jobs_;
    std::optional<past_job> current_; ///< the job whose reply has not arrived
};

} // namespace rill::redis::detail
