#include <rill/pubsub/endpoint.hpp>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/http/problem.hpp>

#include "http/address_key.hpp"
#include "http/grammar.hpp"
#include "pubsub/direct_stream.hpp"
#include "pubsub/endpoint_state.hpp"
#include "pubsub/topics.hpp"
#include "pubsub/worker_log.hpp"

namespace rill::pubsub::detail {

namespace {

// Of its own state, as an endpoint that is made for one request may end first.
awaitable<response> open_stream(std::shared_ptr<endpoint_state> state, request& r)
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = rill::detail::context_of(executor);
    opening stream(std::move(state), r);
    if (stream.lacks_place()) {
        co_await stream.ask_for_place_again();
    }
    stream.enter(r);
    if (stream.depends_on_past()) {
        co_await stream.ask_past(context);
    }
    co_return stream.answer(context);
}

} // namespace

namespace {

struct opens_stream
{
    std::shared_ptr<endpoint_state> state;
    awaitable<response> operator()(request& r) const { return open_stream(state, r); }
};

awaitable<response> open_shared(std::shared_ptr<endpoint_state> state, request& r)
{
    const handler inner = opens_stream{state};
    auto given = co_await state->options.cors(r, inner);
    co_return given;
}

} // namespace

awaitable<response> direct_endpoint::operator()(request& r) const
{
    return state_->options.cors ? open_shared(state_, r) : open_stream(state_, r);
}

const middleware_function* direct_endpoint::cors() const noexcept
{
    return state_->cors();
}

opening::opening(std::shared_ptr<endpoint_state> state, const request& r) : state_(std::move(state))
{
    auto topics = state_->topics(r);
    if (!topics) {
        refusal_ = state_->marked(to_response(topics.error()));
        return;
    }
    topics_ = std::move(*topics);
    last_event_id_ = sse::detail::last_event_id(r, state_->options);
    knows_id_ = r.header("Last-Event-ID").has_value();
    if (state_->options.finished && state_->options.finished(r, last_event_id_)) {
        refusal_ = state_->marked(status::no_content);
        return;
    }
    place_.emplace(*state_);
}

void opening::enter(const request& r)
{
    if (refusal_) {
        return;
    }
    if (!*place_) {
        refusal_ = state_->refuse();
        return;
    }
    auto entry = state_->log->enter(std::move(topics_), state_->who ? state_->who(r) : std::string(),
                                    rill::detail::address_key(r.remote_address()));
    if (!entry) {
        refusal_ =
            state_->marked(to_response({.status = status::service_unavailable, .detail = entry.error().message()}));
        return;
    }
    entry_ = std::move(*entry);
    start_ = state_->log->begin(*entry_.wanted, last_event_id_, entry_.newest);
}

opening::~opening()
{
    if (entry_.wanted) {
        state_->log->leave(std::move(entry_.wanted));
    }
}

// Other policies begin the stream in any case, and it is told.
bool opening::depends_on_past() const noexcept
{
    return start_.past && state_->log->options(entry_.wanted->kind).on_unknown_id == unknown_id::reject;
}

response opening::answer(asio::io_context& context)
{
    if (refusal_) {
        return std::move(*refusal_);
    }
    if (start_.past && start_.past->now() == past_reading::state::failed) {
        const auto why = start_.past->failure();
        start_ = state_->log->begin_without(*entry_.wanted, *start_.past);
        if (why != error::unknown_event_id) { // it may be there, and be read another time
            return state_->marked(to_response({.status = status::service_unavailable, .detail = why.message()}));
        }
    }
    if (start_.unknown) {
        return state_->marked(
            to_response({.status = status::gone, .detail = make_error_code(error::unknown_event_id).message()}));
    }
    auto head = state_->head();
    auto& worker = worker_log::of(context, state_->log);
    head.body(std::make_unique<direct_stream>(state_, std::move(entry_.wanted), std::move(start_), worker, knows_id_));
    place_->keep(); // the stream's
    return head;
}

std::shared_ptr<endpoint_state> make_state(std::shared_ptr<event_log> log, sse::endpoint_options options)
{
    auto state = std::make_shared<endpoint_state>(std::move(options));
    state->log = std::move(log);
    state->who = state->options.who;
    for (std::size_t kind = 0; kind != state->log->kinds(); ++kind) {
        auto& policy = state->policies.emplace_back(state->policy);
        if (!state->options.heartbeat) {
            policy.heartbeat = state->log->options(kind).heartbeat.value_or(sse::default_heartbeat);
        }
    }
    return state;
}

namespace {

std::vector<std::string> requested(const request& r)
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

tl::expected<std::vector<topic_pattern>, problem> topics_of(const hub_options& options, const request& r)
{
    const auto names = options.requested ? options.requested(r) : requested(r);
    if (names.size() > options.names) {
        const auto most = std::to_string(options.names);
        return tl::unexpected(problem{.status = status::bad_request, .detail = "more topics than " + most});
    }
    auto topics = parse_topics(names);
    if (!topics) {
        return tl::unexpected(problem{.status = status::bad_request, .detail = topics.error().message()});
    }
    const auto patterns = std::ranges::count(*topics, false, &topic_pattern::is_exact);
    if (static_cast<std::size_t>(patterns) > options.patterns) {
        const auto most = std::to_string(options.patterns);
        return tl::unexpected(problem{.status = status::bad_request, .detail = "more patterns than " + most});
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
    auto state = pubsub::detail::make_state(channel.log(), std::move(options));
    state->topics = [](const request&) { return std::vector{pubsub::topic_pattern()}; };
    return pubsub::detail::direct_endpoint(std::move(state));
}

pubsub::detail::direct_endpoint endpoint(const pubsub::channel& channel)
{
    return endpoint(channel, endpoint_options());
}

pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub, endpoint_options options)
{
    auto state = pubsub::detail::make_state(hub.log(), std::move(options));
    state->topics = [hub](const request& r) { return pubsub::detail::topics_of(*hub.options(), r); };
    if (!state->who) {
        state->who = hub.options()->who;
    }
    return pubsub::detail::direct_endpoint(std::move(state));
}

pubsub::detail::direct_endpoint endpoint(const pubsub::hub& hub)
{
    return endpoint(hub, endpoint_options());
}

} // namespace rill::sse
