#pragma once

#include <memory>
#include <optional>
#include <rill/http/handler.hpp>
#include <rill/routing/path_pattern.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::detail {

/// `around[0]( around[1]( ... handle ))`, which streams the bodies that `handle` streams. Nothing is copied per
/// request.
handler compose(const std::vector<middleware_function>& around, handler handle);

struct route
{
    std::string method; ///< its name
    path_pattern pattern;
    handler handle;
    std::vector<middleware_function> around;
    handler composed; ///< `around` about `handle`
};

/// For messages, e.g. "GET /users/{id}".
std::string described(const route& r);

/// The path of a request, split at its slashes, each segment decoded.
struct split_path
{
    std::vector<std::string> segments;
};

/// Nothing when the path is not one: no slash at the front, bad percent-encoding, or NUL.
std::optional<split_path> split(std::string_view path);

/// All routes, as a tree over path segments. Pure: no I/O, no coroutines.
class route_table
{
public:
    struct match
    {
        const route* found = nullptr;        ///< null: no such path, or not with this method
        std::vector<const route*> same_path; ///< the routes with other methods, best match first
        std::size_t better = 0;              ///< how many of those match the path better than `found`
    };

    void add(route r);
    const std::vector<std::unique_ptr<route>>& routes() const noexcept { return routes_; }

    /// `wanted` HEAD is also served by GET.
    match find(const split_path& path, std::string_view wanted) const;

    /// Whether any route has that method.
    bool knows(std::string_view method) const noexcept;

    /// Whether the route of that request reads the body while it arrives.
    bool streams_body(const request& head) const;

    /// Hands what the route's pattern took from the path over to the request.
    static void capture(const route& r, const split_path& path, request& req);

    std::vector<middleware_function> around;
    handler entry;        ///< `around` about the dispatch; empty without middleware
    bool checked = false; ///< a router with these routes is a handler: they are in their final place

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
    bool streams_bodies_ = false; // of any route
    node_ptr root_;
};

/// The value of an Allow header for these routes (RFC 9110, 10.2.1).
std::string allowed_methods(const std::vector<const route*>& routes);

} // namespace rill::detail
