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
/// The path is split at its slashes, then each segment is percent-decoded once. So an encoded slash is data. A tail
/// does not match a path with an encoded slash, because it could not show the difference. For each segment a literal
/// has priority over `{x:int}`, that over `{x}`, and that over `{x...}`. If the first choice has no route, or none for
/// the method, the next one is tried.
///
/// The router itself answers 400 for a path that cannot be decoded or contains NUL, 404 for an unknown path, 405 with
/// Allow for a path without a route for the method, and 204 with Allow for OPTIONS. The GET handler also answers HEAD,
/// without its body.
///
/// Add the routes before serving, in one thread. Copies share the same routes. A mistake in the routes throws
/// route_error: most of them when the route is added; for a path parameter that may come from a prefix, in
/// check_routes().
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
    /// alone; the first one is the outermost. If `handle` is a member function, the first argument in `around` is its
    /// object: an object that outlives the router, or a pointer to it, also a shared_ptr.
    ///
    /// Throws route_error for a bad pattern, for a route that another one already covers, and for a handler that takes
    /// a path parameter which the pattern lacks while it ignores another one of the pattern: the name is misspelled.
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

    /// Adds middleware around all routes of this router, those added before and after; the first one is the outermost.
    /// Around the router that is served it also sees what no route answers (404, 405). Around a mounted router it sees
    /// the routes only.
    router& use(middleware_function around);

    /// Moves all routes of `other` into this router, below `prefix`, each with the middleware of `other`. The prefix
    /// may contain parameters, which the handlers of `other` may take. A slash at the end of the prefix is ignored. The
    /// route
    /// "/" of `other` becomes the prefix itself.
    router& mount(std::string_view prefix, router&& other);

    /// Throws route_error, with the route and the parameter, if a handler takes a path parameter (see the extractor
    /// `path`) that its route lacks, with the prefixes of mount() included.
    ///
    /// The constructor of server, serve() and handle() call it when a router becomes a `handler`. After that each new
    /// route is checked at once. Call it only if a lambda captures the router and calls it.
    void check_routes() const;

    awaitable<response> operator()(request& req) const;

    /// Whether the route of a request reads the body while it arrives: see body_reader. Then the middleware around the
    /// route runs before the body has arrived.
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
