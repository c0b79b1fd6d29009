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
#include <rill/http/stream_info.hpp>
#include <rill/sse/detail/stream_rules.hpp>
#include <rill/sse/event_stream.hpp>
#include <string>
#include <tuple>
#include <vector>

namespace rill::sse {

/// The default of endpoint_options::heartbeat.
inline constexpr std::chrono::milliseconds default_heartbeat{15'000};

struct endpoint_options
{
    /// Interval of heartbeats: a comment or `heartbeat_event` is sent after this time without another event. Proxies
    /// then keep the connection, and the server notices a client that has vanished. 0: no heartbeats. Unset: that of
    /// the channel, or default_heartbeat.
    std::optional<std::chrono::milliseconds> heartbeat{};
    /// The name of an event that is sent as the heartbeat, with empty data and without an id: a script sees it, but not
    /// a comment. Empty: a comment. std::invalid_argument if it is not UTF-8, or has CR, LF or NUL.
    std::string heartbeat_event{};

    /// Sent first: how long a client waits before it reconnects, plus up to `retry_jitter`. Each stream gets a
    /// different value, so that clients that are disconnected together do not reconnect together.
    std::optional<std::chrono::milliseconds> retry{};
    /// Maximum time that is added to `retry`. Unset: half of `retry`. 0: all streams get the same value.
    std::optional<std::chrono::milliseconds> retry_jitter{};

    /// The stream ends when the client accepts no data for this time while data waits to be sent.
    std::chrono::milliseconds write_timeout{5'000};

    /// Maximum number of streams of the route, over all workers. 0: no limit. Further clients are refused. Each of them
    /// is asked to wait for a different time between `retry_after` and twice this.
    std::size_t max_streams = 0;
    rill::refusal refusal = rill::refusal::unavailable;
    std::chrono::milliseconds retry_after{5'000};

    /// Encoded event that is sent to every stream that a shutdown ends, e.g. ": bye\n\n" or "retry: 3000\n\n".
    std::string farewell{};

    /// At a shutdown, the streams of this route continue until their handlers return, for at most
    /// server_options::drain_timeout. For handlers that check stop_requested() or wait for stopped(). If false, the
    /// shutdown ends the streams at once. event_stream::finish_on_shutdown() does the same for a single stream.
    bool finish_on_shutdown = false;

    /// The query parameter with the last event id, for clients that cannot set the header, such as a new EventSource.
    std::string last_event_id_parameter{"lastEventId"};

    /// Further headers of each response, also of a refusal. A name may occur several times, e.g. Link. Content-Type,
    /// Cache-Control and X-Accel-Buffering replace the default ones.
    std::vector<std::pair<std::string, std::string>> headers{};

    /// Cross-origin resource sharing: rill::middleware::cors(). It is applied to all responses of the endpoint, and to
    /// OPTIONS of its route: browsers send a preflight request if the Last-Event-ID is longer than 128 bytes or has
    /// special characters (Fetch standard, "CORS-safelisted request-header").
    middleware_function cors{};

    /// Returns true if there are no more events for this client. The response is then 204, after which an EventSource
    /// does not reconnect (WHATWG HTML, section 9.2.3). Called with the request and its last event id.
    std::function<bool(const request&, std::string_view last_event_id)> finished{};

    /// Returns the time at which the stream ends with close_reason::expired. None: no deadline. Called once, before the
    /// stream begins: later changes of the system clock have no effect. If the time has passed, the handler is not
    /// called: the response is complete, has only `retry` and `until_event`, and is not counted as a stream.
    std::function<std::optional<std::chrono::system_clock::time_point>(const request&)> until{};
    /// Encoded event that is sent to a stream that `until` ends, e.g. "event: expired\ndata:\n\n".
    std::string until_event{};
    /// Returns the tag of the stream for end_streams(), see rill::stream_tag. Empty: that of the middleware stays.
    std::function<std::string(const request&)> stream_tag{};

    /// For an endpoint of a channel or a hub: returns the name of the stream in the list of subscribers. With an empty
    /// name, the stream is not in the list. Overrides hub_options::subscriber_name. A handler that subscribes passes
    /// the name to subscribe().
    std::function<std::string(const request&)> subscriber_name{};
};

namespace detail {

/// Returns the last event id of the request, from the header or from the query parameter that the options name.
std::string last_event_id(const request& r, const endpoint_options& options);

/// Sends the fields before the first event: the id of the stream's start, unless it is empty or cannot be sent back,
/// and the stream's reconnection time, if there is one.
void send_start(response_writer& out, const endpoint_options& options, std::string_view start_id = {});

/// The state that all streams of a route share, on all workers. Thread-safe.
class stream_route
{
public:
    /// Throws std::invalid_argument for invalid options.
    explicit stream_route(endpoint_options options);

    /// Counts a stream. Returns false if the maximum number of streams is reached.
    bool try_enter() noexcept;
    void leave() noexcept { streams_.fetch_sub(1, std::memory_order_relaxed); }
    /// The response for a refused client.
    response refuse() const;

    /// The head of a stream. The endpoint adds the body.
    response head() const;

    bool note_terms(request& r) const; ///< sets the attributes of the connection; false: the deadline has passed
    response expired() const;

    /// Adds the headers of the options to another response. Its own headers stay.
    response with_headers(response answer) const;

    const endpoint_options options;
    const stream_policy policy;

    const middleware_function* cors() const noexcept { return options.cors ? &options.cors : nullptr; }

private:
    std::atomic<std::size_t> streams_ = 0;
};

/// A slot for a stream. The destructor releases it unless keep() was called.
class stream_slot
{
public:
    explicit stream_slot(stream_route& route) noexcept : route_(route), taken_(route.try_enter()) {}
    stream_slot(const stream_slot&) = delete;
    stream_slot& operator=(const stream_slot&) = delete;
    ~stream_slot()
    {
        if (taken_) {
            route_.leave();
        }
    }

    /// Yields to streams that are ending, and tries again to take a slot.
    awaitable<> retry_after_yield();

    explicit operator bool() const noexcept { return taken_; }
    void keep() noexcept { taken_ = false; }

private:
    stream_route& route_;
    bool taken_;
};

/// Has its own reference count, because a std::shared_ptr would take a second word in each stream.
template <class F>
struct endpoint_state : stream_route, boost::intrusive_ref_counter<endpoint_state<F>>
{
    endpoint_state(endpoint_options options, F handler) : stream_route(std::move(options)), handler(std::move(handler))
    {}

    F handler;
};

/// A live stream. Small, because each client has one.
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
        stream_.set_writer(out);
        out.set_policy(state_->policy);
        send_start(out, state_->options);
        return std::apply([this](auto&... args) { return std::invoke(state_->handler, stream_, std::move(args)...); },
                          args_);
    }

private:
    boost::intrusive_ptr<endpoint_state<F>>
        state_; // an endpoint that was made for one request may end before its stream
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
        return state_->options.cors ? answer_with_cors(state_, r) : answer(state_, r);
    }

    const middleware_function* cors() const noexcept { return state_->cors(); }

    rill::detail::route_needs route_needs() const
    {
        auto needs = rill::detail::route_needs_of(rill::detail::type_list<Args...>{});
        const auto& options = state_->options;
        needs.is_complete = needs.is_complete && !options.finished && !options.subscriber_name && !options.until &&
                            !options.stream_tag; // they use the request
        return needs;
    }

private:
    using state_pointer = boost::intrusive_ptr<endpoint_state<F>>;

    static awaitable<response> answer_with_cors(state_pointer state, request& r)
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

    // Owns the state, because an endpoint that was made for one request may end first.
    static awaitable<response> answer(state_pointer state, request& r)
    {
        auto args = extract_all<Args...>(r);
        if (!args) {
            co_return state->with_headers(to_response(args.error()));
        }
        const auto id = last_event_id(r, state->options);
        if (state->options.finished && state->options.finished(r, id)) {
            co_return state->with_headers(status::no_content);
        }
        if (!state->note_terms(r)) {
            co_return state->expired();
        }
        stream_slot slot(*state);
        if (!slot) {
            co_await slot.retry_after_yield();
        }
        if (!slot) {
            co_return state->refuse();
        }
        auto head = state->head();
        head.set_body(std::make_unique<endpoint_body<F, Args...>>(state, std::move(*args), id));
        slot.keep(); // the body releases it
        co_return head;
    }

    state_pointer state_;
};

} // namespace detail

/// Makes a handler for the router of a stream handler.
///
/// `handler` is `awaitable<>(event_stream&, extractors...)`: a function, a lambda or a function object, which is
/// copied. A static_assert rejects a handler that breaks a rule, and says what to write instead. The extractors run
/// before the stream begins: a missing or malformed parameter is answered with 400 or 422, and the handler is not
/// called. When the client leaves, the operation that the handler awaits is canceled, and its frame unwinds. When the
/// handler returns, the stream ends. An exception other than the cancellation is logged and ends the stream.
///
/// The result is a handler. A handler that decides by the request whether to stream (see wants_event_stream()) stores
/// the result as a rill::handler and returns `co_await stream(request)`. Make the endpoint once: it checks the options
/// and counts the streams.
template <class F>
auto endpoint(F handler, endpoint_options options)
{
    if constexpr (detail::checked_stream<detail::find_stream_mistake<F>()>::ok) {
        using arguments = typename rill::detail::signature_of<F>::arguments;
        return detail::endpoint_handler<F, arguments>(std::move(handler), std::move(options));
    } else {
        return rill::handler(); // the static_assert has already failed
    }
}

// Not a default argument: g++ 12 destroys an aggregate twice that is a default argument in a co_await expression.
template <class F>
auto endpoint(F handler)
{
    return endpoint(std::move(handler), endpoint_options());
}

/// The same for a member function of `object`. `object` is an object that outlives the server, or a pointer, which is
/// copied, so that a std::shared_ptr keeps the object alive.
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
