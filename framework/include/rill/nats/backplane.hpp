#pragma once

#include <memory>
#include <rill/nats/options.hpp>
#include <rill/pubsub/backplane.hpp>

namespace rill::nats {

/// A log in a JetStream stream of NATS. Processes on several machines that use the same stream share the events. See
/// docs/how-to/nats.md.
///
/// Ids are numbers. They increase by one, and by more after a restart of the server and after a loss of events. The
/// server remembers idempotency keys for backplane_options::duplicate_window.
///
/// The log has threads of its own. Create it after fork(). Thread-safe.
class backplane final : public pubsub::backplane
{
public:
    /// Returns at once, also if no server can be reached. Throws std::invalid_argument for an invalid option.
    explicit backplane(backplane_options options = {});
    /// Closes the connection. Appends and reads that wait end with an error. If the log connects at this moment, the
    /// destructor waits at most connect_timeout for each server. No function of a publisher or reader may destroy the
    /// log.
    ~backplane() override;

    bool ids_are_numbers() const noexcept override { return true; }
    result<pubsub::log_id> append(pubsub::event_draft event, const append_options& options, appended done) override;
    bool holds_past() const noexcept override { return true; }
    void read_after(read_request request, past_read done) override;
    /// Calls the reader as soon as a server can be reached.
    void tail(reader& r, const tail_options& options) override;
    void stop(reader& r) override;
    pubsub::backplane_stats stats() const override;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace rill::nats
