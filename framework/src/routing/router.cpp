#include <rill/routing/router.hpp>

#include "http/grammar.hpp"
#include "routing/route_table.hpp"

#include <algorithm>

namespace rill {

namespace {

using detail::answer;
using detail::route;
using detail::route_table;

constexpr std::size_t max_method_size = 256; // the same limit as in the request parser

response allowing(std::string_view methods)
{
    response r(status::no_content);
    r.set_header("Allow", methods);
    return r;
}

// Answers OPTIONS without a handler. The request passes through the middleware of the requested route, because cors()
// answers preflights there.
awaitable<response> automatic_options(request& req, std::vector<middleware_function> around, std::string allow)
{
    handler chain = detail::compose(around, [allow](request&) { return answer(allowing(allow)); });
    auto r = co_await chain(req);
    co_return r;
}

const route& asked_about(const request& req, const std::vector<const route*>& candidates)
{
    const auto name = req.header("Access-Control-Request-Method").value_or("");
    const auto it = std::ranges::find(candidates, name, &route::method);
    return it != candidates.end() ? **it : *candidates.front();
}

std::vector<middleware_function> around_options(const route& r)
{
    auto around = r.around;
    if (const auto* own = r.handle.cors()) {
        around.push_back(*own);
    }
    return around;
}

response refuse_method(const std::vector<const route*>& candidates)
{
    const auto allow = detail::allowed_methods(candidates);
    return to_response(status::method_not_allowed, "this path allows only " + allow).set_header("Allow", allow);
}

// Runs a route with a tail, for example a route of static files. If the route answers 404, but other routes match the
// path with another method, the response is 405.
awaitable<response> run_tail(awaitable<response> tail, std::vector<const route*> others)
{
    auto r = co_await std::move(tail);
    if (r.status() == status::not_found) {
        co_return refuse_method(others);
    }
    co_return r;
}

// Middleware may change the path of a request after the body mode was chosen. In this case, reads the whole body here.
awaitable<response> with_whole_body(const route& found, request& req)
{
    co_await detail::read_whole_body(req);
    auto r = co_await found.composed(req);
    co_return r;
}

awaitable<response> run(const route& found, request& req)
{
    if (req.streams_body() && !found.handle.streams_body(req)) {
        return detail::answer_body_errors(with_whole_body(found, req));
    }
    return found.composed(req);
}

awaitable<response> dispatch(const route_table& table, request& req)
{
    if (req.method() == verb::options && req.path() == "*") {
        return answer(allowing("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"));
    }
    const auto path = detail::split(req.path());
    if (!path) {
        return answer(to_response(status::bad_request, "the path of the request is malformed"));
    }
    const auto match = table.find(*path, req.method_name());
    if (match.found) {
        route_table::capture(*match.found, *path, req);
        req.set_route(match.found->pattern.text());
        if (match.better != 0 && match.found->pattern.segments().back().kind == path_pattern::kind::tail) {
            return run_tail(
                run(*match.found, req),
                {match.same_path.begin(), match.same_path.begin() + static_cast<std::ptrdiff_t>(match.better)});
        }
        return run(*match.found, req);
    }
    if (match.same_path.empty()) {
        return answer(to_response(status::not_found, "there is nothing at this path"));
    }
    if (req.method() == verb::options) {
        return automatic_options(req, around_options(asked_about(req, match.same_path)),
                                 detail::allowed_methods(match.same_path));
    }
    return answer(refuse_method(match.same_path));
}

bool has_parameter(const path_pattern& pattern, std::string_view name)
{
    return std::ranges::any_of(pattern.segments(), [&](const path_pattern::segment& s) {
        return s.kind != path_pattern::kind::literal && s.text == name;
    });
}

// Whether the handler certainly ignores a parameter of the pattern.
bool ignores_a_parameter(const path_pattern& pattern, const detail::route_needs& needs)
{
    return needs.is_complete && std::ranges::any_of(pattern.segments(), [&](const path_pattern::segment& s) {
               return s.kind != path_pattern::kind::literal &&
                      std::ranges::find(needs.path_parameters, s.text) == needs.path_parameters.end();
           });
}

[[noreturn]] void refuse_route(const route& r, std::string_view missing)
{
    throw route_error("bad route " + detail::described(r) + ": its handler takes the path parameter '" +
                      std::string(missing) + "', which the path does not have");
}

std::optional<std::string> missing_parameter(const path_pattern& pattern, const detail::route_needs& needs)
{
    const auto missing = std::ranges::find_if_not(
        needs.path_parameters, [&](const std::string& name) { return has_parameter(pattern, name); });
    return missing != needs.path_parameters.end() ? std::optional(*missing) : std::nullopt;
}

void check_parameters(const route& r)
{
    if (const auto missing = missing_parameter(r.pattern, r.handle.route_needs())) {
        refuse_route(r, *missing);
    }
}

} // namespace

router::router() : table_(std::make_shared<route_table>()) {}
router::~router() = default;
router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;
router::router(const router&) = default;
router& router::operator=(const router&) = default;

std::string_view router::name_of(verb method) noexcept
{
    const auto name = boost::beast::http::to_string(method);
    return {name.data(), name.size()};
}

router& router::add(std::string_view method, std::string_view pattern, handler handle,
                    std::vector<middleware_function> around)
{
    route r{std::string(method), path_pattern(pattern), std::move(handle), std::move(around), {}};
    if (!detail::is_token(method) || method.size() > max_method_size || method == "CONNECT") {
        throw route_error("bad route " + detail::described(r) + ": '" + r.method +
                          "' is not a supported method: it must be a token of at most " +
                          std::to_string(max_method_size) + " characters, such as QUERY, and not CONNECT");
    }
    // A prefix may add the missing parameter later. But if the handler also ignores a parameter of the pattern, a name
    // is misspelled.
    const auto needs = r.handle.route_needs();
    if (table_->checked || ignores_a_parameter(r.pattern, needs)) {
        check_parameters(r);
    }
    table_->add(std::move(r));
    return *this;
}

void router::check_routes() const
{
    for (const auto& r : table_->routes()) {
        check_parameters(*r);
    }
    table_->checked = true;
}

router& router::use(middleware_function around)
{
    table_->around.push_back(std::move(around));
    // The lambda captures a plain pointer, because the table owns this handler.
    table_->entry =
        detail::compose(table_->around, [table = table_.get()](request& req) { return dispatch(*table, req); });
    return *this;
}

router& router::mount(std::string_view prefix, router&& other)
{
    if (other.table_ == table_) {
        throw route_error("a router cannot be mounted on itself");
    }
    while (prefix.ends_with('/')) {
        prefix.remove_suffix(1);
    }
    const auto mounted = std::move(other.table_);
    other.table_ = std::make_shared<route_table>();
    for (const auto& r : mounted->routes()) {
        auto around = mounted->around;
        around.insert(around.end(), r->around.begin(), r->around.end());
        const bool is_root = r->pattern.text() == "/" && !prefix.empty();
        route whole{r->method,
                    path_pattern(std::string(prefix) + (is_root ? "" : r->pattern.text())),
                    r->handle,
                    std::move(around),
                    {}};
        if (table_->checked) {
            check_parameters(whole);
        }
        table_->add(std::move(whole));
    }
    return *this;
}

bool router::streams_body(const request& head) const
{
    return table_->streams_body(head);
}

bool router::takes_method(std::string_view name) const
{
    return table_->knows(name);
}

awaitable<response> router::operator()(request& req) const
{
    return table_->entry ? table_->entry(req) : dispatch(*table_, req);
}

} // namespace rill
