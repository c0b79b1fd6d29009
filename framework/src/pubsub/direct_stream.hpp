#pragma once

#include <rill/http/stream.hpp>

#include "pubsub/backfill.hpp"
#include "pubsub/endpoint_state.hpp"
#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// A stream of an endpoint. It has no coroutine. The dispatcher writes its events.
class direct_stream final : public streaming_body, public subscriber
{
public:
    /// @param client_knows_id  the client has sent a Last-Event-ID header, and therefore has that id already
    direct_stream(std::shared_ptr<endpoint_state> state, filter_pointer wanted, stream_start start, dispatcher& to,
                  bool client_knows_id);
    ~direct_stream() override;

    awaitable<> start(response_writer& to) override;

private:
    void unsubscribe() noexcept;
    log_id position() const;

    std::shared_ptr<endpoint_state> state_; ///< shared, because the route may be destroyed before its streams
};

static_assert(sizeof(direct_stream) == 12 * sizeof(void*));

} // namespace rill::pubsub::detail
