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

/// Finds the handler for a request by its path and method, and runs the middleware around it. Itself a handler.
///
/// Segments are split at the slashes as received and then percent-decoded once, so an encoded slash is data (a tail,
/// which would lose the difference, does not match it). In each segment a literal goes before `{x:int}`, that before
/// `{x}`, that before
/// `{x...}`; when the first choice leads nowhere, or has no handler for the method, the next is tried.
///
/// Answered without a handler: a path that can't be decoded or holds NUL (400), an unknown path (404), a path without
/// this method (405 with Allow), OPTIONS (204 with Allow), and
/// HEAD, which runs the GET handler, whose body the connection drops.
///
/// Set up before serving, in one thread; copies share the same routes. Mistakes in the routes throw route_error: most
/// of them where the route is added, a path parameter that may still come from a prefix in check_routes().
class router
{
public:
    router();
    ~router();
    router(router&&) noexcept;
    router& operator=(router&&) noexcept;
    router(const router&);
    router& operator=(const router&);

    /// Adds a route. `handle` is a handler or anything make_handler() takes; `around` is middleware for this route
    /// alone, the first is outermost. Where `handle` is a member function, its object comes first in `around`: an
    /// object that outlives the router, or a pointer to it, also a shared_ptr.
    ///
    /// Throws route_error for a bad pattern, for a route that collides with another, and for a handler that takes a
    /// path parameter which the pattern lacks, while it leaves one of the pattern alone: the name is misspelled.
    ///
    /// `method` may be the name of any method, as "QUERY" or one of your own; it is case-sensitive.
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

    /// Adds middleware around all of this router, whether added before or after the routes; the first is outermost.
    /// Around the router that is served it also sees what no route answers (404, 405); around a mounted one, its routes
    /// only.
    router& use(middleware_function around);

    /// Takes over all routes of `other`, below `prefix`, with its middleware around each. The prefix may hold
    /// parameters, which the handlers of `other` may take; a slash at its end is ignored. The route "/" of `other`
    /// becomes the prefix itself.
    router& mount(std::string_view prefix, router&& other);

    /// Throws route_error, which names the route and the parameter, when a handler takes a path parameter (see `path`,
    /// extractor) that its route lacks, with all prefixes of mount().
    ///
    /// Called whenever a router becomes a `handler`: by the constructor of server, by serve(), and by handle(). Routes
    /// that are added afterwards are checked at once. To be called by hand only where a lambda takes the router along
    /// and calls it.
    void check_routes() const;

    awaitable<response> operator()(request& req) const;

    /// Whether the route of that request reads its body while it arrives, see body_reader. Then all middleware around
    /// the route runs before the body has come.
    bool streams_body(const request& head) const;

    /// Whether any route has that method.
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
    router& add_checked(std::string_view method, std::string_view pattern, handler handle, Middleware&&... around)
    {
        constexpr bool is_middleware = (std::is_constructible_v<middleware_function, Middleware> && ...);
        static_assert(is_middleware, "what follows a route's handler is middleware for this route: "
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
