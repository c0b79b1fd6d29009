#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <functional>
#include <memory>
#include <rill/http/detail/bound_method.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/handler.hpp>
#include <rill/http/stream_info.hpp>
#include <rill/sse/detail/stream_rules.hpp>
#include <rill/sse/endpoint_options.hpp>
#include <rill/sse/event_stream.hpp>
#include <string>
#include <tuple>

namespace rill::sse {

namespace detail {

/// Returns the last event id of the request, from the header or from the query parameter that the options name.
std::string last_event_id(const request& r, const endpoint_options& options);

/// Sends the fields before the first event. These are the reconnection time of the stream, if there is one, and
/// `start_id`, the id at which the stream starts. `start_id` is not sent if it is empty or if a client cannot send it
/// back.
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

    /// Stores the tag and the deadline in the request, for the connection. Returns false if the deadline has passed.
    bool note_terms(request& r) const;
    response expired() const;

    /// Adds the headers of the options to another response. Existing headers of the response are kept.
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

    /// Yields to the event loop, so that streams can end. Then tries again to take a slot.
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

/// An open stream. The object is small, because each client has one.
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
    // The stream owns the state, because an endpoint that was made for one request may be destroyed first.
    boost::intrusive_ptr<endpoint_state<F>> state_;
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

    // The coroutine owns the state, because an endpoint that was made for one request may be destroyed first.
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

/// Converts a stream handler to a handler for the router.
///
/// `handler` is `awaitable<>(event_stream&, extractors...)`. It is a function, a lambda or a function object, and it is
/// copied. A static_assert rejects a handler that breaks a rule. Its message says what to write instead. The extractors
/// run before the stream begins. If a parameter is missing or malformed, the response is 400 or 422, and the handler is
/// not called. When the client disconnects, the pending operation of the handler is cancelled, and the frame of the
/// handler unwinds. When the handler returns, the stream ends. An exception other than the cancellation is logged and
/// ends the stream.
///
/// The result is a handler. Another handler may decide for each request whether to stream (see wants_event_stream()).
/// For this purpose it stores the endpoint as a rill::handler `stream` and returns `co_await stream(request)`. Make the
/// endpoint only once, because it checks the options and counts the streams.
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

// The options are not a default argument, because g++ 12 destroys an aggregate twice if it is a default argument in a
// co_await expression.
template <class F>
auto endpoint(F handler)
{
    return endpoint(std::move(handler), endpoint_options());
}

/// The same for a member function of `object`. `object` is an object that must outlive the server, or a pointer to it.
/// The pointer is copied. Therefore a std::shared_ptr keeps the object alive.
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
