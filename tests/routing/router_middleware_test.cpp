// Middleware around routes, mounted routers, and preflights.

#include "routing/router_cases.hpp"

BOOST_AUTO_TEST_SUITE(router_suite)

namespace {

struct greeter
{
    std::string greeting = "hello ";

    std::string greet(rill::path<"name"> name) const { return greeting + *name; }
};

} // namespace

BOOST_AUTO_TEST_CASE(middleware_order)
{
    std::string trace;
    router app;
    app.use(tracing("1", trace));
    app.get(
        "/", [&trace] { trace += "handler"; }, tracing("3", trace), tracing("4", trace));
    app.use(tracing("2", trace));
    run(app, verb::get, "/");
    BOOST_TEST(trace == "1(2(3(4(handler)4)3)2)1");
}

BOOST_AUTO_TEST_CASE(a_route_may_be_a_member_function_with_its_object)
{
    const greeter object;
    std::string trace;
    router app;
    app.get("/a/{name}", &greeter::greet, object);
    app.get("/b/{name}", &greeter::greet, object, tracing("1", trace), tracing("2", trace));
    app.get("/c/{name}", &greeter::greet, std::make_shared<greeter>(greeter{.greeting = "shared "}));
    BOOST_TEST(text(run(app, verb::get, "/a/x")) == "hello x");
    BOOST_TEST(text(run(app, verb::get, "/b/y")) == "hello y");
    BOOST_TEST(trace == "1(2()2)1");
    BOOST_TEST(text(run(app, verb::get, "/c/z")) == "shared z");
}

BOOST_AUTO_TEST_CASE(middleware_runs_also_without_a_matching_route)
{
    std::string trace;
    router app;
    app.use(tracing("m", trace));
    app.get("/", named("root"), tracing("route", trace));
    for (const auto& [method, target, code] :
         {std::tuple{verb::get, "/none", status::not_found}, std::tuple{verb::put, "/", status::method_not_allowed},
          std::tuple{verb::get, "/%", status::bad_request}, std::tuple{verb::options, "*", status::no_content}})
    {
        trace.clear();
        BOOST_TEST((status_of(app, method, target) == code));
        BOOST_TEST(trace == "m()m");
    }
}

BOOST_AUTO_TEST_CASE(middleware_may_respond_without_the_handler)
{
    std::string trace;
    router app;
    app.use(tracing("1", trace)).use(refusing(trace)).use(tracing("2", trace));
    app.get("/", [&trace] { trace += "handler"; });
    BOOST_TEST((status_of(app, verb::get, "/") == status::forbidden));
    BOOST_TEST(trace == "1(refused)1");
}

BOOST_AUTO_TEST_CASE(middleware_may_rewrite_the_request)
{
    router app;
    app.use([](request& req, const handler& next) {
        req.set_target("/new");
        return next(req);
    });
    app.get("/new", named("new"));
    BOOST_TEST(text(run(app, verb::get, "/old")) == "new");
}

BOOST_AUTO_TEST_CASE(mounted_routers)
{
    std::string trace;
    router posts;
    posts.use(tracing("posts", trace));
    posts.get("/", named("all posts", {"user"}), tracing("route", trace));
    posts.get("/{id:int}", named("post", {"user", "id"}));
    router users;
    users.use(tracing("users", trace));
    users.get("/{user}", named("user", {"user"}));
    users.mount("/{user}/posts", std::move(posts));
    router app;
    app.use(tracing("app", trace));
    app.get("/", named("root"));
    app.mount("/api/users/", std::move(users));
    const std::tuple<std::string, std::string, std::string> table[] = {
        {"/", "root", "app()app"},
        {"/api/users/me", "user user=[me]", "app(users()users)app"},
        {"/api/users/me/posts", "all posts user=[me]", "app(users(posts(route()route)posts)users)app"},
        {"/api/users/me/posts/7", "post user=[me] id=[7]", "app(users(posts()posts)users)app"},
    };
    for (const auto& [target, answer, order] : table) {
        trace.clear();
        BOOST_TEST(text(run(app, verb::get, target)) == answer);
        BOOST_TEST(trace == order);
    }
    trace.clear();
    BOOST_TEST((status_of(app, verb::get, "/api/users/me/none") == status::not_found));
    BOOST_TEST(trace == "app()app");
    BOOST_TEST((status_of(app, verb::get, "/api/users/me/posts/") == status::not_found));
}

BOOST_AUTO_TEST_CASE(mounting_mistakes)
{
    router app;
    app.get("/a/b", named("1"));
    router other;
    other.get("/b", named("2"));
    BOOST_CHECK_THROW(app.mount("/a", std::move(other)), rill::route_error);
    router bad;
    bad.get("/b", named("3"));
    BOOST_CHECK_THROW(app.mount("a", std::move(bad)), rill::route_error);
    BOOST_CHECK_THROW(app.mount("/a", std::move(app)), rill::route_error);
    router plain;
    plain.get("/", named("4"));
    app.mount("/", std::move(plain));
    BOOST_TEST(text(run(app, verb::get, "/")) == "4");
}

BOOST_AUTO_TEST_CASE(a_preflight_passes_the_middleware_of_its_route)
{
    router api;
    api.use(rill::middleware::cors());
    api.put("/x", named("put"));
    router app;
    app.get("/api/{any}", named("get"));
    app.mount("/api", std::move(api));
    request req(verb::options, "/api/x");
    BOOST_TEST(req.fields().set("Origin", "https://a.example").has_value());
    BOOST_TEST(req.fields().set("Access-Control-Request-Method", "PUT").has_value());
    auto r = run(app, req);
    BOOST_TEST((r.status() == status::no_content));
    BOOST_TEST(header(r, "Access-Control-Allow-Methods") == "PUT");
    BOOST_TEST(req.fields().set("Access-Control-Request-Method", "GET").has_value());
    r = run(app, req);
    BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "(none)");
    BOOST_TEST(header(r, "Allow") == "GET, HEAD, OPTIONS, PUT");
}

// For example, an SSE endpoint with CORS: a browser sends a preflight before it reconnects with Last-Event-ID.
BOOST_AUTO_TEST_CASE(a_preflight_passes_the_middleware_of_its_handler)
{
    struct shared
    {
        rill::middleware_function around = rill::middleware::cors();
        rill::awaitable<rill::response> operator()(request& r) const { return around(r, next); }
        const rill::middleware_function* cors() const { return &around; }
        handler next = rill::make_handler(named("get"));
    };
    router inner;
    inner.get("/events", shared());
    router app;
    app.mount("/api", std::move(inner));
    app.post("/api/events", named("post"));
    request req(verb::options, "/api/events");
    BOOST_TEST(req.fields().set("Origin", "https://a.example").has_value());
    BOOST_TEST(req.fields().set("Access-Control-Request-Method", "GET").has_value());
    BOOST_TEST(req.fields().set("Access-Control-Request-Headers", "last-event-id").has_value());
    const auto r = run(app, req);
    BOOST_TEST((r.status() == status::no_content));
    BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "*");
    BOOST_TEST(header(r, "Access-Control-Allow-Headers") == "last-event-id");
    request plain(verb::options, "/api/events");
    const auto told = run(app, plain);
    BOOST_TEST(header(told, "Allow") == "GET, HEAD, OPTIONS, POST");
    BOOST_TEST(header(told, "Access-Control-Allow-Origin") == "*");
}

// The connection asks the router with the original request whether its route reads the body. Middleware may change the
// request afterwards.
BOOST_AUTO_TEST_CASE(a_route_that_middleware_selects_gets_the_body_that_it_needs)
{
    router app;
    app.use([](request& req, const handler& next) {
        req.set_target("/whole");
        return next(req);
    });
    app.post("/upload", [](rill::body_reader) { return "read"; });
    app.post("/whole", [](request& req) { return "whole: " + req.body(); });
    request streamed(verb::post, "/upload");
    streamed.set_body("body");
    rill::body_reader begun(streamed); // as a connection does it
    BOOST_TEST(text(run(handler(app), streamed)) == "whole: body");
    request large(verb::post, "/upload");
    large.set_body("body");
    rill::body_reader large_begun(large);
    large.body_source()->whole_limit = 3;
    BOOST_TEST((run(handler(app), large).status() == status::payload_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
