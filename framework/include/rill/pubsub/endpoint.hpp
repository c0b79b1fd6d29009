#pragma once

#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/hub.hpp>
#include <rill/sse/endpoint.hpp>

namespace rill::pubsub::detail {

struct endpoint_state;

/// What the router takes.
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

/// A route whose streams get everything that is published in the channel, from behind the client's last event id on. No
/// code runs for an event of one stream but the sending of bytes that all streams share; a stream takes some 300 bytes.
///
/// A client that is too slow is treated by channel_options::slow, one that takes nothing at all by
/// endpoint_options::write_timeout.
pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel, endpoint_options options);
pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel);

/// The same for the topics of a hub that a request names: see hub_options.
pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub, endpoint_options options);
pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub);

} // namespace rill::sse
