#include <rill/pubsub/endpoint.hpp>

#include <boost/asio/this_coro.hpp>
#include <rill/http/problem.hpp>

#include "pubsub/direct_stream.hpp"
#include "pubsub/endpoint_state.hpp"
#include "pubsub/worker_log.hpp"

namespace rill::pubsub::detail {

awaitable<response> direct_endpoint::operator()(request& r) const
{
    const auto executor = co_await asio::this_coro::executor;
    co_return answer(state_, r, executor.context());
}

response answer(const std::shared_ptr<endpoint_state>& state, const request& r, asio::io_context& context)
{
    auto topics = state->topics(r);
    if (!topics) {
        return to_response(topics.error());
    }
    const auto id = sse::detail::last_event_id(r, state->options);
    if (state->options.finished && state->options.finished(r, id)) {
        return status::no_content;
    }
    auto wanted = state->log->enter(std::move(*topics), state->who ? state->who(r) : std::string());
    if (!wanted) {
        return to_response({.status = status::service_unavailable, .detail = wanted.error().message()});
    }
    auto start = state->log->begin(**wanted, id);
    if (start.unknown) {
        state->log->leave(**wanted);
        return to_response({.status = status::gone, .detail = make_error_code(error::unknown_event_id).message()});
    }
    auto head = sse::detail::stream_head(state->options);
    auto& worker = worker_log::of(context, state->log);
    head.body(std::make_unique<direct_stream>(state, std::move(*wanted), std::move(start), worker));
    return head;
}

std::shared_ptr<endpoint_state> make_state(std::shared_ptr<event_log> log, sse::endpoint_options options)
{
    auto state = std::make_shared<endpoint_state>();
    state->policy = sse::detail::make_policy(options);
    state->options = std::move(options);
    state->log = std::move(log);
    return state;
}

} // namespace rill::pubsub::detail

namespace rill::sse {

pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel, endpoint_options options)
{
    auto state = pubsub::detail::make_state(channel.log(), std::move(options));
    state->topics = [](const request&) { return std::vector{pubsub::topic_pattern()}; };
    return pubsub::detail::direct_endpoint(std::move(state));
}

} // namespace rill::sse
