#pragma once

#include <functional>
#include <rill/client.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>

namespace relay {

struct options
{
    /// The stream of the upstream, which is any server of Server-Sent Events.
    rill::client::event_source_options source{};
    /// If true, the relay sets its own ids. Use this if the events of the upstream have no ids, or if their ids do not
    /// increase. Clients then cannot resume at another relay or at the upstream.
    bool own_ids = false;
    /// Called with one line for each reconnect, each gap, and each event that the relay does not publish. Default:
    /// writes to standard error.
    std::function<void(const std::string&)> log{};
};

/// Returns a channel for the events of the upstream.
rill::pubsub::channel make_channel(const options& how);

/// Reads the events of the upstream and publishes them with their ids. Ends when the upstream refuses a request or has
/// no more events. After a disconnect, continues after the last event. Runs as a background coroutine of a server.
rill::awaitable<> follow(rill::pubsub::channel out, options how);

/// GET /events is the stream. The ids are those of the upstream. Therefore a client of another relay or of the upstream
/// can resume here after its last event.
rill::router app(const rill::pubsub::channel& events);

} // namespace relay
