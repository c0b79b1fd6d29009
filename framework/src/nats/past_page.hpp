#pragma once

#include <chrono>
#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <string>

#include "nats/event_message.hpp"
#include "nats/session.hpp"
#include "nats/stream_guard.hpp"
#include "nats/subject.hpp"

namespace rill::nats {

/// Reads one page of the past.
class past_page
{
public:
    using read_request = pubsub::backplane::read_request;
    using page = pubsub::backplane::page;
    using time_point = std::chrono::steady_clock::time_point;

    /// @param may_be_behind  whether an id after the end of a clustered stream is error::log_unavailable, because the
    ///     leader may not show all events yet. Otherwise it is error::unknown_event_id.
    past_page(session& with, stream_guard& guard, const subject_map& subjects, const std::string& stream,
              const read_request& request, time_point deadline, bool may_be_behind)
        : with_(with), guard_(guard), subjects_(subjects), stream_(stream), request_(request), deadline_(deadline),
          may_be_behind_(may_be_behind)
    {}

    /// Blocks until the deadline at most. Errors: error::unknown_event_id; error::log_unavailable.
    result<page> read();
    /// The reason of error::log_unavailable, for operators.
    const std::string& failure() const noexcept { return failure_; }

private:
    struct consumer
    {
        std::string name;
        std::uint64_t pending = 0; ///< number of messages that it has not sent yet
    };
    enum class next : unsigned char
    {
        proceed,
        end,
    };

    result<page> read_from(const checked_stream& from, std::uint64_t after);
    result<consumer> make_consumer(std::uint64_t first);
    bool read_messages(const consumer& from);
    next read_message(natsSubscription& from);
    next take(natsMsg& message);
    next keep(natsMsg& message, const delivery& at);
    bool is_wanted(const pubsub::event_draft& event) const;
    template <class Error>
    tl::unexpected<error_code> fail(const Error& why);

    session& with_;
    stream_guard& guard_;
    const subject_map& subjects_;
    const std::string& stream_;
    const read_request& request_;
    time_point deadline_;
    bool may_be_behind_;

    std::string failure_;
    page page_;
    std::shared_ptr<const epoch_table> table_;
    std::uint64_t read_to_ = 0; ///< the sequence of the newest message that was read, or the start
    std::uint64_t unread_ = 0;  ///< number of messages that follow it in the consumer
    std::size_t bytes_ = 0;
    bool is_selective_ = false; ///< the page selects the events itself
    bool hole_ = false;         ///< events are missing after read_to_
};

} // namespace rill::nats
