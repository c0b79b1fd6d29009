#pragma once

#include <memory>
#include <optional>
#include <rill/http/handler.hpp>
#include <rill/routing/path_pattern.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::detail {

/// Returns the handler `around[0](around[1](... handle))`. It streams the same request bodies as `handle`. It copies
/// nothing during a request.
handler compose(const std::vector<middleware_function>& around, handler handle);

struct route
{
    std::string method; ///< the name of the method
    path_pattern pattern;
    handler handle;
    std::vector<middleware_function> around;
    handler composed; ///< `handle` with `around`
};

/// Returns the text of a route for messages: "GET /users/{id}".
std::string described(const route& r);

/// The path of a request. The path is first split at its slashes. Then each segment is decoded.
struct split_path
{
    std::vector<std::string> segments;
};

/// Splits a path. Returns nothing if the path does not begin with a slash, has a bad percent-encoding, or contains NUL.
std::optional<split_path> split(std::string_view path);

/// All routes, as a tree over path segments. It has no I/O and no coroutines.
class route_table
{
public:
    struct match
    {
        const route* found = nullptr;        ///< null: no route has this path and method
        std::vector<const route*> same_path; ///< the routes with this path and any method, best match first
        /// the number of routes in same_path that match the path better than `found`
        std::size_t better = 0;
    };

    void add(route r);
    const std::vector<std::unique_ptr<route>>& routes() const noexcept { return routes_; }

    /// Finds the route for a path and a method. A GET route also handles HEAD.
    match find(const split_path& path, std::string_view method) const;

    /// Whether any route has this method.
    bool knows(std::string_view method) const noexcept;

    /// Whether the route of a request reads the body while the body arrives.
    bool streams_body(const request& head) const;

    /// Sets the path parameters of the request from the pattern of its route.
    static void capture(const route& r, const split_path& path, request& req);

    std::vector<middleware_function> around;
    handler entry;        ///< dispatches requests, with the middleware `around`; empty without middleware
    bool checked = false; ///< the router has become a handler, and no later mount() can add a prefix

private:
    struct node;
    struct node_deleter
    {
        void operator()(node* n) const;
    };
    using node_ptr = std::unique_ptr<node, node_deleter>;

    node& at(const path_pattern& pattern);
    void visit(const node& n, const split_path& path, std::size_t index, std::string_view wanted, match& out) const;
    static void collect(const node& n, std::string_view wanted, match& out);

    std::vector<std::unique_ptr<route>> routes_;
    bool streams_bodies_ = false; // whether any route streams request bodies
    node_ptr root_;
};

/// Returns the value of an Allow header for these routes (RFC 9110, 10.2.1).
std::string allowed_methods(const std::vector<const route*>& routes);

} // namespace rill::detail
