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

/// A function around a handler. It may inspect the request before it calls `next`, change the response of `next`, or
/// return a response without a call of `next`. A streamed response has not begun when `next` returns. If the handler
/// reads the request's body while the body arrives, the middleware runs before the body has arrived, and
/// request::body() is empty.
using middleware_function = std::function<awaitable<response>(request&, const handler& next)>;

namespace detail {

template <class F>
concept may_stream_bodies = requires(const F& f, const request& head) {
    {
        f.streams_body(head)
    } -> std::same_as<bool>;
};

template <class F>
concept takes_methods = requires(const F& f, std::string_view method) {
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

/// The callable of a handler. It has function pointers instead of virtual functions, because g++ 12 warns about virtual
/// functions that are coroutines with parameters that depend on a local lambda.
struct shared_callable
{
    awaitable<response> (*call)(shared_callable& self, request& r);
    route_needs (*needs)(const shared_callable& self);
    bool (*streams_body)(const shared_callable& self, const request& head);   // null: never
    bool (*takes_method)(const shared_callable& self, std::string_view name); // null: no further methods
    const middleware_function* (*cors)(const shared_callable& self);          // null: no CORS middleware
};

template <class F>
struct callable : shared_callable
{
    template <class From>
    callable(std::in_place_t, From&& from)
        : shared_callable{&call_function, &get_needs, body_function(), method_function(), cors_function()},
          f(std::forward<From>(from))
    {}

    static awaitable<response> call_function(shared_callable& self, request& r)
    {
        return static_cast<callable&>(self).f(r);
    }

    static detail::route_needs get_needs(const shared_callable& self)
    {
        detail::route_needs needs;
        if constexpr (requires { f.route_needs(); }) {
            needs = static_cast<const callable&>(self).f.route_needs();
        } else if constexpr (declares_path_parameters<F>) {
            add_path_parameters<F>(needs);
        }
        return needs;
    }

    static constexpr auto body_function() noexcept -> bool (*)(const shared_callable&, const request&)
    {
        if constexpr (may_stream_bodies<F>) {
            return [](const shared_callable& self, const request& head) {
                return static_cast<const callable&>(self).f.streams_body(head);
            };
        } else {
            return nullptr;
        }
    }

    static constexpr auto method_function() noexcept -> bool (*)(const shared_callable&, std::string_view)
    {
        if constexpr (takes_methods<F>) {
            return [](const shared_callable& self, std::string_view name) {
                return static_cast<const callable&>(self).f.takes_method(name);
            };
        } else {
            return nullptr;
        }
    }

    static constexpr auto cors_function() noexcept -> const middleware_function* (*)(const shared_callable&)
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

/// Answers a request. A handler holds any callable `awaitable<response>(request&)`, such as a router, an endpoint, or
/// the result of make_handler(). The request outlives the coroutine. If the client disconnects, the coroutine is
/// cancelled (terminal).
///
/// Copies share the callable. The callable does not move. It exists as long as any copy exists. Thread safety: with
/// several workers, several threads may call the callable at once.
///
/// By default, a handler is called when the whole body of its request has arrived. A callable that reads a body while
/// the body arrives has a member
///
///     bool streams_body(const request& head) const;
///
/// It is called once for each request with a body, after the head has arrived. If it returns true, the handler is
/// called at once. request::body() is then empty, and a body_reader reads the body. The handlers of make_handler() and
/// router have this member. Therefore a handler that takes a body_reader need not define it. A function that wraps such
/// a callable hides the member, and the body is then not streamed. Use router::use() instead of a wrapper, or forward
/// the member.
///
/// A connection answers 501 to an unknown method (RFC 9110, section 9.1), unless the callable has a member
///
///     bool takes_method(std::string_view name) const;
///
/// that returns true. A router has this member.
///
/// The conversion of a router to a handler calls router::check_routes(), which may throw route_error.
class handler
{
public:
    handler() = default; ///< creates an empty handler

    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, handler> && detail::is_handler<std::decay_t<F>>)
    handler(F&& f) // NOLINT: implicit on purpose
        : callable_(share(std::forward<F>(f)))
    {}

    /// Calls the callable. Throws std::bad_function_call if the handler is empty.
    awaitable<response> operator()(request& r) const
    {
        if (!callable_) {
            throw std::bad_function_call();
        }
        return callable_->call(*callable_, r);
    }

    explicit operator bool() const noexcept { return callable_ != nullptr; }

    /// Whether the handler reads the body of this request while it arrives. Only the head must have arrived.
    bool streams_body(const request& head) const
    {
        return streams_bodies() && callable_->streams_body(*callable_, head);
    }

    /// Whether the handler takes requests with this method. For methods that are not in `verb`.
    bool takes_method(std::string_view name) const
    {
        return callable_ && callable_->takes_method != nullptr && callable_->takes_method(*callable_, name);
    }

    /// False if the handler never reads a body while it arrives.
    bool streams_bodies() const noexcept { return callable_ && callable_->streams_body != nullptr; }

    /// Returns the CORS middleware of the callable, or nullptr. The router also uses it for OPTIONS requests of the
    /// route. The callable must have a member `const middleware_function* cors() const`. An endpoint has this member.
    const middleware_function* cors() const
    {
        return callable_ && callable_->cors ? callable_->cors(*callable_) : nullptr;
    }

    /// Returns the path parameters that the callable declares. The result is empty for a lambda that takes the request.
    detail::route_needs route_needs() const { return callable_ ? callable_->needs(*callable_) : detail::route_needs(); }

private:
    template <class F>
    static std::shared_ptr<detail::shared_callable> share(F&& f)
    {
        if constexpr (requires { f.check_routes(); }) {
            f.check_routes();
        }
        return std::make_shared<detail::callable<std::decay_t<F>>>(std::in_place, std::forward<F>(f));
    }

    std::shared_ptr<detail::shared_callable> callable_;
};

} // namespace rill
