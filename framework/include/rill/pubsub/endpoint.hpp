#pragma once

#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/hub.hpp>
#include <rill/sse/endpoint.hpp>

namespace rill::pubsub::detail {

struct endpoint_state;

/// The handler of an endpoint, as the router takes it.
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

/// A route whose streams get all events of the channel after the last event id of the client. No code of a user runs
/// for an event of a stream: all streams share the encoded bytes. A stream takes about 300 bytes.
///
/// channel_options::slow applies to a client that is too slow, endpoint_options::write_timeout to one that takes
/// nothing.
pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel, endpoint_options options);
pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel);

/// The same for the topics of a hub that a request asks for, see hub_options.
pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub, endpoint_options options);
pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub);

} // namespace rill::sse
