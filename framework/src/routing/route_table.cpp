#include "routing/route_table.hpp"

#include "http/percent.hpp"
#include "http/whole_number.hpp"

#include <algorithm>
#include <cstdint>

namespace rill::detail {

namespace {

using kind = path_pattern::kind;

// Whether no segment contains a decoded slash. A tail becomes one text, in which such a slash would look like a
// separator.
bool fits_tail(const split_path& path, std::size_t from) noexcept
{
    return std::none_of(path.segments.begin() + static_cast<std::ptrdiff_t>(from), path.segments.end(),
                        [](const std::string& s) { return s.find('/') != s.npos; });
}

struct surrounded
{
    middleware_function outer;
    handler next;

    awaitable<response> operator()(request& req) const { return outer(req, next); }
    bool streams_body(const request& head) const { return next.streams_body(head); }
};

} // namespace

struct route_table::node
{
    std::vector<std::pair<std::string, node_ptr>> literals; ///< sorted by the literal
    node_ptr integer;
    node_ptr text;
    node_ptr tail;
    std::vector<const route*> routes;

    auto position(std::string_view literal) const
    {
        return std::ranges::lower_bound(literals, literal, {},
                                        [](const auto& l) -> std::string_view { return l.first; });
    }

    const node* literal(std::string_view text) const
    {
        const auto it = position(text);
        return it != literals.end() && it->first == text ? it->second.get() : nullptr;
    }
};

void route_table::node_deleter::operator()(node* n) const
{
    delete n;
}

handler compose(const std::vector<middleware_function>& around, handler handle)
{
    for (auto it = around.rbegin(); it != around.rend(); ++it) {
        handle = surrounded{*it, std::move(handle)};
    }
    return handle;
}

std::string described(const route& r)
{
    return r.method + " " + r.pattern.text();
}

std::optional<split_path> split(std::string_view path)
{
    if (!path.starts_with('/')) {
        return std::nullopt;
    }
    split_path result;
    for (std::size_t begin = 1; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        auto decoded = percent_decode(path.substr(begin, end - begin));
        if (!decoded || decoded->find('\0') != decoded->npos) {
            return std::nullopt;
        }
        result.segments.push_back(std::move(*decoded));
        begin = end + 1;
    }
    return result;
}

route_table::node& route_table::at(const path_pattern& pattern)
{
    const auto descend = [](node_ptr& child) -> node* {
        if (!child) {
            child.reset(new node);
        }
        return child.get();
    };
    node* here = descend(root_);
    for (const auto& segment : pattern.segments()) {
        switch (segment.kind) {
        case kind::literal: {
            auto it = here->literals.begin() + (here->position(segment.text) - here->literals.begin());
            if (it == here->literals.end() || it->first != segment.text) {
                it = here->literals.emplace(it, segment.text, nullptr);
            }
            here = descend(it->second);
            break;
        }
        case kind::integer:
            here = descend(here->integer);
            break;
        case kind::text:
            here = descend(here->text);
            break;
        case kind::tail:
            here = descend(here->tail);
            break;
        }
    }
    return *here;
}

void route_table::add(route r)
{
    auto& place = at(r.pattern);
    for (const auto* other : place.routes) {
        if (other->method == r.method) {
            throw route_error("ambiguous route: " + described(r) + " collides with " + described(*other));
        }
    }
    r.composed = compose(r.around, r.handle);
    streams_bodies_ = streams_bodies_ || r.handle.streams_bodies();
    routes_.push_back(std::make_unique<route>(std::move(r)));
    place.routes.push_back(routes_.back().get());
}

void route_table::collect(const node& n, std::string_view wanted, match& out)
{
    const auto with = [&](std::string_view method) {
        const auto it = std::ranges::find(n.routes, method, &route::method);
        return it != n.routes.end() ? *it : nullptr;
    };
    out.found = with(wanted);
    if (!out.found && wanted == "HEAD") {
        out.found = with("GET");
    }
    out.better = out.same_path.size();
    out.same_path.insert(out.same_path.end(), n.routes.begin(), n.routes.end());
}

// Every node has one depth. Therefore a search visits each node at most once. The size of the tree limits the search
// for any path.
void route_table::visit(const node& n, const split_path& path, std::size_t index, std::string_view wanted,
                        match& out) const
{
    if (index == path.segments.size()) {
        collect(n, wanted, out);
        return;
    }
    const auto& segment = path.segments[index];
    if (const auto* child = n.literal(segment)) {
        visit(*child, path, index + 1, wanted, out);
    }
    if (!out.found && n.integer && whole_number<std::int64_t>(segment)) {
        visit(*n.integer, path, index + 1, wanted, out);
    }
    if (!out.found && n.text && !segment.empty()) {
        visit(*n.text, path, index + 1, wanted, out);
    }
    if (!out.found && n.tail && fits_tail(path, index)) {
        collect(*n.tail, wanted, out);
    }
}

route_table::match route_table::find(const split_path& path, std::string_view wanted) const
{
    match out;
    if (root_) {
        visit(*root_, path, 0, wanted, out);
    }
    return out;
}

bool route_table::knows(std::string_view method) const noexcept
{
    return std::ranges::any_of(routes_, [method](const auto& r) { return r->method == method; });
}

bool route_table::streams_body(const request& head) const
{
    if (!streams_bodies_) {
        return false;
    }
    const auto path = split(head.path());
    const auto* const found_route = path ? find(*path, head.method_name()).found : nullptr;
    return found_route != nullptr && found_route->handle.streams_body(head);
}

void route_table::capture(const route& r, const split_path& path, request& req)
{
    req.clear_path_parameters();
    const auto& pattern = r.pattern.segments();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i].kind == kind::tail) {
            auto rest = path.segments[i];
            for (auto at = i + 1; at < path.segments.size(); ++at) {
                rest += '/' + path.segments[at];
            }
            req.add_path_parameter(pattern[i].text, std::move(rest));
        } else if (pattern[i].kind != kind::literal) {
            req.add_path_parameter(pattern[i].text, path.segments[i]);
        }
    }
}

std::string allowed_methods(const std::vector<const route*>& routes)
{
    std::vector<std::string> names{"OPTIONS"};
    for (const auto* r : routes) {
        names.push_back(r->method);
        if (r->method == "GET") {
            names.emplace_back("HEAD");
        }
    }
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    std::string list;
    for (const auto& name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list;
}

} // namespace rill::detail
