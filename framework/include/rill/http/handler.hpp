#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/http/detail/route_needs.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rill {

class handler;

/// What stands around a handler: looks at the request before, at the response after, or answers by itself and does not
/// call `next`. A streamed response has not begun when `next` returns. Where the handler reads the request's body while
/// it arrives, the middleware runs before the body has arrived, and request::body() is empty.
using middleware_function = std::function<awaitable<response>(request&, const handler& next)>;

namespace detail {

template <class F>
concept may_stream_bodies = requires(const F& f, const request& head) {
    {
        f.streams_body(head)
    } -> std::same_as<bool>;
};

template <class F>
concept names_methods = requires(const F& f, std::string_view method) {
    {
        f.takes_method(method)
    } -> std::same_as<bool>;
};

template <class F>
concept has_cors = requires(const F& f) {
    {
        f.cors()
    } -> std::same_as<const middleware_function*>;
};

/// A callable behind a handler. Pointers instead of virtual functions: from those g++ 12 warns of coroutines whose
/// parameters depend on a local lambda.
struct shared_callable
{
    awaitable<response> (*call)(shared_callable& self, request& r);
    route_needs (*needs)(const shared_callable& self);
    bool (*streams_body)(const shared_callable& self, const request& head);   // null: no body of any request
    bool (*takes_method)(const shared_callable& self, std::string_view name); // null: none of its own
    const middleware_function* (*cors)(const shared_callable& self);          // null: it has none
};

template <class F>
struct callable : shared_callable
{
    template <class From>
    explicit callable(From&& from)
        : shared_callable{&call_it, &ask_it, body_question(), method_question(), cors_question()},
          f(std::forward<From>(from))
    {}

    static awaitable<response> call_it(shared_callable& self, request& r) { return static_cast<callable&>(self).f(r); }

    static detail::route_needs ask_it(const shared_callable& self)
    {
        detail::route_needs needs;
        if constexpr (requires { f.route_needs(); }) {
            needs = static_cast<const callable&>(self).f.route_needs();
        } else if constexpr (declares_path_parameters<F>) {
            add_path_parameters<F>(needs);
        }
        return needs;
    }

    static constexpr auto body_question() noexcept -> bool (*)(const shared_callable&, const request&)
    {
        if constexpr (may_stream_bodies<F>) {
            return [](const shared_callable& self, const request& head) {
                return static_cast<const callable&>(self).f.streams_body(head);
            };
        } else {
            return nullptr;
        }
    }

    static constexpr auto method_question() noexcept -> bool (*)(const shared_callable&, std::string_view)
    {
        if constexpr (names_methods<F>) {
            return [](const shared_callable& self, std::string_view name) {
                return static_cast<const callable&>(self).f.takes_method(name);
            };
        } else {
            return nullptr;
        }
    }

    static constexpr auto cors_question() noexcept -> const middleware_function* (*)(const shared_callable&)
    {
        if constexpr (has_cors<F>) {
            return [](const shared_callable& self) { return static_cast<const callable&>(self).f.cors(); };
        } else {
            return nullptr;
        }
    }

    F f;
};

template <class F>
concept is_handler = requires(F& f, request& r) {
    {
        f(r)
    } -> std::same_as<awaitable<response>>;
};

} // namespace detail

/// What answers a request: any callable that is `awaitable<response>(request&)`, such as a router, an endpoint, or what
/// make_handler() returns. The request outlives the coroutine. Terminal cancellation when the client leaves meanwhile.
///
/// Copies share the callable, which does not move and lives as long as any of them. Thread safety: with several workers
/// the callable is called from all of their threads at once.
///
/// By default a handler is called when the whole body of its request has arrived. A callable that wants to read bodies
/// while they arrive has a member
///
///     bool streams_body(const request& head) const;
///
/// which is asked once for each request with a body, when only its head has arrived. Where it says true, the handler is
/// called at once: request::body() is empty, and a body_reader reads the body. make_handler() and router have that
/// member, so it need not be written where a handler takes a body_reader. A function that wraps such a callable hides
/// it, and thereby streams nothing: use router::use() instead, or forward the member.
///
/// A connection answers 501 to a method that HTTP has no name for (RFC 9110, 9.1), unless the callable has a member
///
///     bool takes_method(std::string_view name) const;
///
/// that says true; a router has one.
///
/// A router is checked when it becomes a handler: see router::check_routes(), which throws route_error.
class handler
{
public:
    handler() = default; ///< empty, to be assigned to

    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, handler> && detail::is_handler<std::decay_t<F>>)
    handler(F&& f) // NOLINT: implicit on purpose
        : callable_(share(std::forward<F>(f)))
    {}

    /// Throws std::bad_function_call when the handler is empty.
    awaitable<response> operator()(request& r) const
    {
        if (!callable_) {
            throw std::bad_function_call();
        }
        return callable_->call(*callable_, r);
    }

    explicit operator bool() const noexcept { return callable_ != nullptr; }

    /// Whether the body of the request is left to the handler. Only the head of the request need have arrived.
    bool streams_body(const request& head) const
    {
        return streams_bodies() && callable_->streams_body(*callable_, head);
    }

    /// Whether requests with this method, which is none of `verb`, are to be handled.
    bool takes_method(std::string_view name) const
    {
        return callable_ && callable_->takes_method != nullptr && callable_->takes_method(*callable_, name);
    }

    /// False if it streams no body of any request.
    bool streams_bodies() const noexcept { return callable_ && callable_->streams_body != nullptr; }

    /// The middleware that the callable has around itself, and that answers OPTIONS of its route as well, or null: what
    /// its `const middleware_function* cors() const` says, as an endpoint's.
    const middleware_function* cors() const
    {
        return callable_ && callable_->cors ? callable_->cors(*callable_) : nullptr;
    }

    /// What the callable declares; nothing for a lambda that takes the request.
    detail::route_needs route_needs() const { return callable_ ? callable_->needs(*callable_) : detail::route_needs(); }

private:
    template <class F>
    static std::shared_ptr<detail::shared_callable> share(F&& f)
    {
        if constexpr (requires { f.check_routes(); }) {
            f.check_routes();
        }
        return std::make_shared<detail::callable<std::decay_t<F>>>(std::forward<F>(f));
    }

    std::shared_ptr<detail::shared_callable> callable_;
};

} // namespace rill
