#pragma once

#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <rill/redis/options.hpp>

namespace rill::redis {

namespace detail {
class node;
}

/// A log in a stream of a Redis server (Redis 7, RESP2, without TLS). Channels and hubs on several machines share it.
/// docs/how-to/redis.md describes the deployment. docs/rationale/redis-log.md describes what the log promises.
///
/// Ids are numbers. They increase by one within an epoch. A new epoch begins after each failover and restart of the
/// server, and when the server has lost events. All readers then get on_gap(), and the ids of older epochs are unknown.
///
/// The log has its own thread with three connections. The callbacks of the interface run on this thread. They must not
/// block. Thread-safe. A process that forks must create the log in the child.
class backplane final : public pubsub::backplane
{
public:
    /// Starts to connect. Does not wait for the connection. Exceptions: std::invalid_argument if an option is invalid.
    explicit backplane(backplane_options options);
    /// Closes the connections. Pending appends end with error::log_unavailable if they were not sent, otherwise with
    /// error::outcome_unknown. Pending reads end with error::log_unavailable.
    ~backplane() override;

    bool ids_are_numbers() const noexcept override { return true; }

    /// The id always arrives in `done`. The log sends the events of all waiting appends in one request.
    ///
    /// If a connection breaks, the log repeats its last request after the reconnect. The server recognizes the
    /// repetition, so that the event is not doubled. Therefore error::outcome_unknown is rare, also without an
    /// idempotency key: the log was not reachable for backplane_options::append_grace, or a new epoch began meanwhile,
    /// or too few replicas confirmed.
    /// Errors: error::log_unavailable; error::outcome_unknown; error::log_overloaded; error::event_id_refused if the
    /// event has an id.
    result<pubsub::log_id> append(pubsub::event_draft event, const append_options& options, appended done) override;

    bool holds_past() const noexcept override { return true; }
    /// Errors: error::unknown_event_id; error::log_unavailable if the server cannot be reached within
    /// backplane_options::request_timeout.
    void read_after(read_request request, past_read done) override;

    void tail(reader& r, const tail_options& options) override;
    void stop(reader& r) override;
    pubsub::backplane_stats stats() const override;

private:
    std::shared_ptr<detail::node> node_;
};

} // namespace rill::redis
