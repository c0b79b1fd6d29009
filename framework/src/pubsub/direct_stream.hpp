#pragma once

#include <functional>
#include <rill/http/problem.hpp>
#include <rill/http/stream.hpp>
#include <rill/sse/endpoint.hpp>

#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// What all streams of an endpoint share.
struct endpoint_state : sse::detail::stream_route
{
    using stream_route::stream_route;

    std::shared_ptr<event_log> log;
    /// The topics that a request wants, or how it is refused.
    std::function<tl::expected<std::vector<topic_pattern>, problem>(const request&)> topics;
    std::function<std::string(const request&)> who;
    std::vector<stream_policy> policies; ///< by the kind of what a stream wants
};

/// A stream to which the worker's log writes: no coroutine.
class direct_stream final : public streaming_body, public subscriber
{
public:
    /// @param knows_id  the client has brought an id in the header, which it keeps
    direct_stream(std::shared_ptr<endpoint_state> state, interest_pointer wanted, event_log::beginning start,
                  worker_log& worker, bool knows_id);
    ~direct_stream() override;

    awaitable<> start(response_writer& to) override;

    void take(const event_log::found_event& e) override;
    bool serve(std::size_t& budget) override;
    void on_evicted(error_code why) override;
    void on_shutdown() override {}

private:
    void leave_log() noexcept;
    event_id place() const;

    std::shared_ptr<endpoint_state> state_; // the route may be gone before its streams
};

} // namespace rill::pubsub::detail
