#pragma once

#include <functional>
#include <rill/client.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>

namespace relay {

struct options
{
    /// The stream of the upstream, any server of Server-Sent Events.
    rill::client::event_source_options source{};
    /// Gives the events ids of the relay, for an upstream whose events have none or whose ids do not increase. Then
    /// clients cannot resume at another relay or at the upstream.
    bool own_ids = false;
    /// Called with one line for each reconnect, gap and event that is not passed on. Default: writes to standard error.
    std::function<void(const std::string&)> log{};
};

/// Returns a channel for the events of the upstream.
rill::pubsub::channel make_channel(const options& how);

/// Subscribes to the upstream and publishes its events with their ids, until the upstream refuses or has no more
/// events. It reconnects after its last event. Runs in the background of a server.
rill::awaitable<> follow(rill::pubsub::channel out, options how);

/// GET /events is the stream. The ids are those of the upstream, so a client that was connected to another relay or to
/// the upstream resumes here after its last event.
rill::router app(const rill::pubsub::channel& events);

} // namespace relay
