#pragma once

#include <memory>
#include <rill/http/make_handler.hpp>
#include <rill/routing/path_pattern.hpp>
#include <string_view>
#include <vector>

namespace rill {

namespace detail {
class route_table;
}

/// Finds the handler for a request by path and method, and runs the middleware around it. A router is itself a handler.
///
/// The router splits the path at its slashes. Then it percent-decodes each segment once. Therefore an encoded slash is
/// data. A tail, `{x...}`, does not match segments with an encoded slash, because in the decoded text of the tail this
/// slash would look like a separator. The priority of segments is, from highest to lowest: a literal, `{x:int}`, `{x}`,
/// `{x...}`. If the choice with the highest priority leads to no route for the path and method, the router tries the
/// next choice.
///
/// The router itself answers 400 for a path that cannot be decoded or contains NUL, 404 for an unknown path, 405 with
/// Allow for a path without a route for the method, and 204 with Allow for OPTIONS. The GET handler also answers HEAD,
/// and the body is not sent.
///
/// Add the routes before the server runs, in one thread. Copies share the same routes. A mistake in the routes throws
/// route_error. Most mistakes are found when the route is added. If a missing path parameter may still come from the
/// prefix of mount(), check_routes() finds the mistake.
class router
{
public:
    router();
    ~router();
    router(router&&) noexcept;
    router& operator=(router&&) noexcept;
    router(const router&);
    router& operator=(const router&);

    /// Adds a route. `handle` is a handler or anything that make_handler() takes. `around` is middleware for this route
    /// only. The first middleware is the outermost. If `handle` is a member function, the first argument in `around` is
    /// its object. The object must outlive the router, or the argument is a pointer to the object, such as a
    /// shared_ptr.
    ///
    /// Throws route_error for an invalid pattern and for a route that another route already covers. Also throws it for
    /// a probably misspelled name: the handler takes a path parameter that the pattern does not have, and ignores one
    /// that the pattern has.
    ///
    /// @param method  any method, such as "QUERY"; case-sensitive
    template <class F, class... Middleware>
    router& handle(std::string_view method, std::string_view pattern, F&& handle, Middleware&&... around)
    {
        if constexpr (std::is_member_function_pointer_v<std::decay_t<F>> && sizeof...(around) > 0) {
            return add_method(method, pattern, handle, std::forward<Middleware>(around)...);
        } else {
            return add_checked(method, pattern, make_handler(std::forward<F>(handle)),
                               std::forward<Middleware>(around)...);
        }
    }

    template <class F, class... Middleware>
    router& handle(verb method, std::string_view pattern, F&& h, Middleware&&... around)
    {
        return handle(name_of(method), pattern, std::forward<F>(h), std::forward<Middleware>(around)...);
    }

    template <class F, class... Middleware>
    router& get(std::string_view pattern, F&& h, Middleware&&... around)
    {
        return handle(verb::get, pattern, std::forward<F>(h), std::forward<Middleware>(around)...);
    }
    template <class F, class... Middleware>
    router& post(std::string_view pattern, F&& h, Middleware&&... around)
    {
        return handle(verb::post, pattern, std::forward<F>(h), std::forward<Middleware>(around)...);
    }
    template <class F, class... Middleware>
    router& put(std::string_view pattern, F&& h, Middleware&&... around)
    {
        return handle(verb::put, pattern, std::forward<F>(h), std::forward<Middleware>(around)...);
    }
    template <class F, class... Middleware>
    router& patch(std::string_view pattern, F&& h, Middleware&&... around)
    {
        return handle(verb::patch, pattern, std::forward<F>(h), std::forward<Middleware>(around)...);
    }
    template <class F, class... Middleware>
    router& del(std::string_view pattern, F&& h, Middleware&&... around)
    {
        return handle(verb::delete_, pattern, std::forward<F>(h), std::forward<Middleware>(around)...);
    }

    /// Adds middleware around all routes of this router, also around routes that are added later. The first middleware
    /// is the outermost. Middleware of the router that is served also gets the requests that no route answers (404,
    /// 405). Middleware of a mounted router gets only the requests of its routes.
    router& use(middleware_function around);

    /// Moves all routes of `other` into this router, below `prefix`. They keep the middleware of `other`. The prefix
    /// may contain parameters, and the handlers of `other` may take these. A slash at the end of the prefix is ignored.
    /// The route "/" of `other` becomes the route `prefix`.
    router& mount(std::string_view prefix, router&& other);

    /// Throws route_error if a handler takes a path parameter (see the extractor `path`) that its route does not have.
    /// The prefixes of mount() are part of the route. The message contains the route and the parameter.
    ///
    /// The conversion of a router to a `handler` calls this function, for example in the constructor of server, in
    /// serve() and in handle(). After that each new route is checked at once. Call it yourself only if a lambda
    /// captures the router and calls it.
    void check_routes() const;

    awaitable<response> operator()(request& req) const;

    /// Whether the route of a request reads the body while it arrives. See body_reader. If true, the middleware around
    /// the route runs before the body has arrived.
    bool streams_body(const request& head) const;

    /// Whether any route has this method.
    bool takes_method(std::string_view name) const;

private:
    template <class Method, class Object, class... Middleware>
    router& add_method(std::string_view method, std::string_view pattern, Method handle, Object&& object,
                       Middleware&&... around)
    {
        return add_checked(method, pattern, make_handler(handle, std::forward<Object>(object)),
                           std::forward<Middleware>(around)...);
    }

    template <class... Middleware>
    // NOLINTNEXTLINE(performance-unnecessary-value-param): add() takes it by move
    router& add_checked(std::string_view method, std::string_view pattern, handler handle, Middleware&&... around)
    {
        constexpr bool is_middleware = (std::is_constructible_v<middleware_function, Middleware> && ...);
        static_assert(is_middleware, "the arguments after the handler of a route must be middleware: "
                                     "rill::awaitable<rill::response>(rill::request&, const rill::handler& next)");
        if constexpr (is_middleware) {
            add(method, pattern, std::move(handle), {middleware_function(std::forward<Middleware>(around))...});
        }
        return *this;
    }

    static std::string_view name_of(verb method) noexcept;
    router& add(std::string_view method, std::string_view pattern, handler handle,
                std::vector<middleware_function> around);

    std::shared_ptr<detail::route_table> table_;
};

} // namespace rill
