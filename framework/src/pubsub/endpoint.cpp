#include <rill/pubsub/endpoint.hpp>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/http/problem.hpp>

#include "http/grammar.hpp"
#include "pubsub/endpoint_state.hpp"
#include "pubsub/parse_topics.hpp"
#include "pubsub/stream_admission.hpp"

namespace rill::pubsub::detail {

namespace {

// The coroutine owns a reference to the state. If the endpoint was created for one request, it may be destroyed first.
awaitable<response> open_stream(std::shared_ptr<endpoint_state> state, request& r)
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = rill::detail::context_of(executor);
    stream_admission stream(std::move(state), r);
    if (stream.lacks_slot()) {
        co_await stream.retry_slot();
    }
    stream.subscribe(r);
    if (stream.depends_on_backfill()) {
        co_await stream.read_backfill(context);
    }
    co_return stream.answer(context);
}

struct stream_opener
{
    std::shared_ptr<endpoint_state> state;
    awaitable<response> operator()(request& r) const { return open_stream(state, r); }
};

awaitable<response> open_with_cors(std::shared_ptr<endpoint_state> state, request& r)
{
    const handler inner = stream_opener{state};
    auto given = co_await state->options.cors(r, inner);
    co_return given;
}

} // namespace

awaitable<response> direct_endpoint::operator()(request& r) const
{
    return state_->options.cors ? open_with_cors(state_, r) : open_stream(state_, r);
}

const middleware_function* direct_endpoint::cors() const noexcept
{
    return state_->cors();
}

namespace {

std::vector<std::string> requested_names(const request& r)
{
    if (const auto topic = r.path_parameter("topic")) {
        return {std::string(*topic)};
    }
    std::vector<std::string> names;
    for (const auto& list : r.query_parameters("topics")) {
        for (std::size_t at = 0; at <= list.size();) {
            const auto end = std::min(list.find(',', at), list.size());
            names.emplace_back(rill::detail::trimmed(std::string_view(list).substr(at, end - at)));
            at = end + 1;
        }
    }
    return names;
}

bool is_allowed(const hub_options& options, const request& r, const topic_pattern& topic)
{
    if (topic.is_exact()) {
        return !options.authorize || options.authorize(r, topic.text());
    }
    return options.authorize_pattern ? options.authorize_pattern(r, topic) : !options.authorize;
}

problem bad_request(std::string detail)
{
    return {.status = status::bad_request, .detail = std::move(detail)};
}

tl::expected<std::vector<topic_pattern>, problem> topics_of(const hub_options& options, const request& r)
{
    const auto names = options.requested ? options.requested(r) : requested_names(r);
    if (names.size() > options.max_names) {
        return tl::unexpected(bad_request("more than " + std::to_string(options.max_names) + " topics"));
    }
    auto topics = parse_topics(names);
    if (!topics) {
        return tl::unexpected(bad_request(topics.error().message()));
    }
    const auto patterns = std::ranges::count(*topics, false, &topic_pattern::is_exact);
    if (static_cast<std::size_t>(patterns) > options.max_patterns) {
        return tl::unexpected(bad_request("more than " + std::to_string(options.max_patterns) + " patterns"));
    }
    for (const auto& topic : *topics) {
        if (!is_allowed(options, r, topic)) {
            return tl::unexpected(problem{.status = status::forbidden, .detail = "not allowed: " + topic.text()});
        }
    }
    return std::move(*topics);
}

} // namespace

} // namespace rill::pubsub::detail

namespace rill::sse {

pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel, endpoint_options options)
{
    auto state = std::make_shared<pubsub::detail::endpoint_state>(channel.store(), std::move(options));
    state->topics = [](const request&) { return std::vector{pubsub::topic_pattern()}; };
    return pubsub::detail::direct_endpoint(std::move(state));
}

pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel)
{
    return endpoint(channel, endpoint_options());
}

pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub, endpoint_options options)
{
    auto state = std::make_shared<pubsub::detail::endpoint_state>(hub.store(), std::move(options));
    state->topics = [hub](const request& r) { return pubsub::detail::topics_of(*hub.options(), r); };
    if (!state->subscriber_name) {
        state->subscriber_name = hub.options()->subscriber_name;
    }
    return pubsub::detail::direct_endpoint(std::move(state));
}

pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub)
{
    return endpoint(hub, endpoint_options());
}

} // namespace rill::sse
