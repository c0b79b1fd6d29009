#pragma once

#include <rill/http/stream.hpp>

#include "pubsub/backfill.hpp"
#include "pubsub/direct_group.hpp"
#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// A stream of an endpoint. It has no coroutine. The dispatcher writes its events.
class direct_stream final : public streaming_body, public subscriber
{
public:
    /// @param wanted  is moved from, unless the constructor throws before it has subscribed
    /// @param client_knows_id  the client has sent a Last-Event-ID header, and therefore has that id already
    direct_stream(const std::shared_ptr<endpoint_state>& endpoint, filter_pointer&& wanted, stream_start start,
                  dispatcher& to, bool client_knows_id);
    ~direct_stream() override;

    awaitable<> start(response_writer& to) override;

private:
    direct_group& own_group() const noexcept { return static_cast<direct_group&>(*group); }
    void unsubscribe() noexcept;
    log_id position() const;
};

static_assert(sizeof(direct_stream) == 7 * sizeof(void*));

} // namespace rill::pubsub::detail
