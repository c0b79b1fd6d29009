#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <rill/http/detail/bound_method.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/handler.hpp>
#include <rill/http/limits.hpp>
#include <rill/sse/detail/stream_rules.hpp>
#include <rill/sse/event_stream.hpp>
#include <string>
#include <tuple>
#include <vector>

namespace rill::sse {

/// endpoint_options::heartbeat where nothing sets it.
inline constexpr std::chrono::milliseconds default_heartbeat{15'000};

struct endpoint_options
{
    /// While nothing else is sent, a comment goes out this often, so that proxies keep the connection and a vanished
    /// client is found. 0 turns it off. Unset: that of the channel whose streams these are, or default_heartbeat.
    std::optional<std::chrono::milliseconds> heartbeat{};

    /// Sent first: how long a client shall wait before it reconnects, to which up to `retry_jitter` is added. Every
    /// stream gets its own value, evenly spread, so that a crowd that is cut at once does not come back at once.
    std::optional<std::chrono::milliseconds> retry{};
    /// Half of `retry` unless set; 0 gives all streams the same.
    std::optional<std::chrono::milliseconds> retry_jitter{};

    /// The stream ends when the client takes nothing for this long while something waits to be sent.
    std::chrono::milliseconds write_timeout{5'000};

    /// How many streams the route may have at once, over all workers. 0: any number. Who comes when there are so many
    /// is refused, and told to wait for `retry_after`, and up to as much again, each for its own time.
    std::size_t max_streams = 0;
    rill::refusal refusal = rill::refusal::unavailable;
    std::chrono::milliseconds retry_after{5'000};

    /// Sent to every stream that a shutdown ends, already encoded; e.g. ": bye\n\n" or "retry: 3000\n\n".
    std::string farewell{};

    /// At a shutdown the streams of this route go on until their handlers return, for at most
    /// server_options::drain_timeout: for handlers that look at stop_requested() or wait for stopped(). Otherwise the
    /// shutdown ends them at once. A single stream asks for it by event_stream::finish_on_shutdown().
    bool finish_on_shutdown = false;

    /// The query parameter that gives the last event id where a client cannot set the header, as with a new
    /// EventSource.
    std::string last_event_id_parameter{"lastEventId"};

    /// Further headers of each answer, also of a refusal; a name may stand several times, as Link. Content-Type,
    /// Cache-Control and X-Accel-Buffering take the place of the stream's own.
    std::vector<std::pair<std::string, std::string>> headers{};

    /// Cross-origin resource sharing: rill::middleware::cors(). Around all that the endpoint answers, and around
    /// OPTIONS of its route: browsers ask first where they send a Last-Event-ID of more than 128 bytes, or one that is
    /// not plain (Fetch standard, "CORS-safelisted request-header").
    middleware_function cors{};

    /// Says that there is nothing more for this client: it is answered with 204, at which an EventSource stops
    /// reconnecting (WHATWG HTML, 9.2.3). Called with the request and its last event id.
    std::function<bool(const request&, std::string_view last_event_id)> finished{};

    /// Of an endpoint of a channel or a hub: the name of its stream in the list of subscribers; none, or empty: not in
    /// the list. In place of hub_options::who. A handler that subscribes says it itself.
    std::function<std::string(const request&)> who{};
};

namespace detail {

/// The last event id that the request brings: the header, or the query parameter that the options name.
std::string last_event_id(const request& r, const endpoint_options& options);

/// Sends what comes before the first event: the id of the stream's place, unless it is empty or none that comes back,
/// and its own reconnection time, if there is one.
void send_start(response_writer& out, const endpoint_options& options, std::string_view place = {});

/// What all streams of a route share, on all workers.
class stream_route
{
public:
    /// Throws std::invalid_argument for options that can't be.
    explicit stream_route(endpoint_options options);

    /// Takes a place for a stream; false when there is none.
    bool enter() noexcept;
    void leave() noexcept { streams_.fetch_sub(1, std::memory_order_relaxed); }
    response refuse() const;

    /// The head of a stream; its body is added by the endpoint.
    response head() const;

    /// Any other answer, with the headers that all have. Its own ones stay.
    response marked(response answer) const;

    const endpoint_options options;
    const stream_policy policy;

    const middleware_function* cors() const noexcept { return options.cors ? &options.cors : nullptr; }

private:
    std::atomic<std::size_t> streams_ = 0;
};

/// A stream's place, given back unless it is kept.
class stream_place
{
public:
    explicit stream_place(stream_route& route) noexcept : route_(route), taken_(route.enter()) {}
    stream_place(const stream_place&) = delete;
    stream_place& operator=(const stream_place&) = delete;
    ~stream_place()
    {
        if (taken_) {
            route_.leave();
        }
    }

    /// To be awaited where there is none: others who are leaving may have theirs still.
    awaitable<> ask_again();

    explicit operator bool() const noexcept { return taken_; }
    void keep() noexcept { taken_ = false; }

private:
    stream_route& route_;
    bool taken_;
};

/// Counted by itself: in each stream a std::shared_ptr would take a second word.
template <class F>
struct endpoint_state : stream_route, boost::intrusive_ref_counter<endpoint_state<F>>
{
    endpoint_state(endpoint_options options, F handler) : stream_route(std::move(options)), handler(std::move(handler))
    {}

    F handler;
};

/// One live stream: small, as there is one for each client.
template <class F, class... Args>
class endpoint_body final : public streaming_body
{
public:
    endpoint_body(boost::intrusive_ptr<endpoint_state<F>> state, std::tuple<Args...> args,
                  std::string_view last_event_id)
        : state_(std::move(state)), stream_(last_event_id), args_(std::move(args))
    {}
    ~endpoint_body() override { state_->leave(); }

    awaitable<> start(response_writer& out) override
    {
        stream_.writer(out);
        out.policy(state_->policy);
        send_start(out, state_->options);
        return std::apply([this](auto&... args) { return std::invoke(state_->handler, stream_, std::move(args)...); },
                          args_);
    }

private:
    boost::intrusive_ptr<endpoint_state<F>>
        state_; // an endpoint may be made for one request, and end before its stream
    event_stream stream_;
    [[no_unique_address]] std::tuple<Args...> args_;
};

template <class F, class Arguments>
class endpoint_handler;

template <class F, class Stream, class... Args>
class endpoint_handler<F, rill::detail::type_list<Stream, Args...>>
{
public:
    endpoint_handler(F handler, const endpoint_options& options)
        : state_(new endpoint_state<F>(options, std::move(handler)))
    {}

    awaitable<response> operator()(request& r) const
    {
        return state_->options.cors ? shared(state_, r) : answer(state_, r);
    }

    const middleware_function* cors() const noexcept { return state_->cors(); }

    rill::detail::route_needs route_needs() const
    {
        auto needs = rill::detail::route_needs_of(rill::detail::type_list<Args...>{});
        const auto& options = state_->options;
        needs.is_complete = needs.is_complete && !options.finished && !options.who; // they get the request
        return needs;
    }

private:
    using state_pointer = boost::intrusive_ptr<endpoint_state<F>>;

    static awaitable<response> shared(state_pointer state, request& r)
    {
        const rill::handler inner = answers{state};
        auto given = co_await state->options.cors(r, inner);
        co_return given;
    }

    struct answers
    {
        state_pointer state;
        awaitable<response> operator()(request& r) const { return answer(state, r); }
    };

    // Of its own state, as an endpoint that is made for one request may end first.
    static awaitable<response> answer(state_pointer state, request& r)
    {
        auto args = extract_all<Args...>(r);
        if (!args) {
            co_return state->marked(to_response(args.error()));
        }
        const auto id = last_event_id(r, state->options);
        if (state->options.finished && state->options.finished(r, id)) {
            co_return state->marked(status::no_content);
        }
        stream_place place(*state);
        if (!place) {
            co_await place.ask_again();
        }
        if (!place) {
            co_return state->refuse();
        }
        auto head = state->head();
        head.body(std::make_unique<endpoint_body<F, Args...>>(state, std::move(*args), id));
        place.keep(); // the body's
        co_return head;
    }

    state_pointer state_;
};

} // namespace detail

/// Makes a stream handler into what the router takes.
///
/// `handler` is `awaitable<>(event_stream&, extractors...)`: a function, a lambda or a function object, copied into the
/// router; one that breaks a rule is refused by a static_assert that says what to write instead. Extractors are
/// resolved before the stream begins: what is missing or malformed is answered with 400 or 422, and the handler never
/// runs. When the client leaves, what the handler awaits is cancelled and its frame unwinds; returning ends the stream;
/// an exception other than the cancellation is logged and ends the stream.
///
/// What is returned is itself a handler. One that decides by the request whether to stream (see wants_event_stream())
/// keeps it as a rill::handler, made once, since options are checked and streams are counted here, and returns
/// `co_await stream(request)`.
template <class F>
auto endpoint(F handler, endpoint_options options)
{
    if constexpr (detail::checked_stream<detail::find_stream_mistake<F>()>::ok) {
        using arguments = typename rill::detail::signature_of<F>::arguments;
        return detail::endpoint_handler<F, arguments>(std::move(handler), std::move(options));
    } else {
        return rill::handler(); // the static_assert has said all
    }
}

// No default argument: g++ 12 destroys one that is an aggregate twice where the call is part of a co_await expression.
template <class F>
auto endpoint(F handler)
{
    return endpoint(std::move(handler), endpoint_options());
}

/// The same for a member function of `object`: an object that outlives the server, or a pointer to one, which is kept,
/// so that a shared_ptr keeps the object.
template <class Method, class Object>
    requires(std::is_member_function_pointer_v<Method> && !std::is_convertible_v<Object, endpoint_options>)
auto endpoint(Method handler, Object&& object, endpoint_options options)
{
    using namespace rill::detail;
    if constexpr (checked_object<find_object_mistake<Method, Object&&>()>::ok) {
        return endpoint(bind_method(handler, std::forward<Object>(object)), std::move(options));
    } else {
        return rill::handler();
    }
}
template <class Method, class Object>
    requires(std::is_member_function_pointer_v<Method> && !std::is_convertible_v<Object, endpoint_options>)
auto endpoint(Method handler, Object&& object)
{
    return endpoint(handler, std::forward<Object>(object), endpoint_options());
}

} // namespace rill::sse
