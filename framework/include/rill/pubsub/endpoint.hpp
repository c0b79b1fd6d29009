#pragma once

#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/hub.hpp>
#include <rill/sse/endpoint.hpp>

namespace rill::pubsub::detail {

struct endpoint_state;

/// The handler of an endpoint, for the router.
class direct_endpoint
{
public:
    explicit direct_endpoint(std::shared_ptr<endpoint_state> state) noexcept : state_(std::move(state)) {}

    awaitable<response> operator()(request& r) const;

    const middleware_function* cors() const noexcept;

private:
    std::shared_ptr<endpoint_state> state_;
};

} // namespace rill::pubsub::detail

namespace rill::sse {

/// Returns a handler whose streams get all events of the channel after the last event id of the client. All streams
/// share the encoded bytes of an event, and no code of the application runs for an event. A stream takes about 300
/// bytes.
///
/// channel_options::slow applies to a client that is too slow. endpoint_options::write_timeout applies to a client that
/// accepts no data.
pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel, endpoint_options options);
pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel);

/// The same for a hub. A stream gets the topics that its request names, see hub_options::requested.
pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub, endpoint_options options);
pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub);

} // namespace rill::sse
