#include "routing/router_cases.hpp"

BOOST_AUTO_TEST_SUITE(router_suite)

BOOST_AUTO_TEST_CASE(priorities_and_backtracking)
{
    router app;
    app.get("/", named("root"));
    app.get("/a", named("a"));
    app.get("/a/", named("a-slash"));
    app.get("/users/me", named("me"));
    app.get("/users/{id:int}", named("int", {"id"}));
    app.get("/users/{name}", named("text", {"name"}));
    app.get("/users/{rest...}", named("tail", {"rest"}));
    app.get("/users/me/{x:int}", named("me-int", {"x"}));
    app.get("/users/{name}/posts", named("posts", {"name"}));
    app.get("/files/{path...}", named("files", {"path"}));
    app.get("/x y/\xc3\xa4", named("decoded"));
    const std::pair<std::string, std::string> table[] = {
        {"/", "root"},
        {"/a", "a"},
        {"/a/", "a-slash"},
        {"/%61", "a"},
        {"/users/me", "me"},
        {"/users/%6de", "me"},
        {"/users/7", "int id=[7]"},
        {"/users/-7", "int id=[-7]"},
        {"/users/007", "int id=[007]"},
        {"/users/9223372036854775807", "int id=[9223372036854775807]"},
        {"/users/9223372036854775808", "text name=[9223372036854775808]"},
        {"/users/+7", "text name=[+7]"},
        {"/users/7x", "text name=[7x]"},
        {"/users/a%2Fb", "text name=[a/b]"},
        {"/users/a%252Fb", "text name=[a%2Fb]"},
        {"/users/%7Bname%7D", "text name=[{name}]"},
        {"/users/", "tail rest=[]"},
        {"/users/a/b", "tail rest=[a/b]"},
        {"/users/a//b/", "tail rest=[a//b/]"},
        {"/users/me/7", "me-int x=[7]"},
        {"/users/me/seven", "tail rest=[me/seven]"},
        {"/users/me/posts", "posts name=[me]"},
        {"/users/7/posts", "posts name=[7]"},
        {"/users/7/posts/1", "tail rest=[7/posts/1]"},
        {"/files/", "files path=[]"},
        {"/files/a%20b/c", "files path=[a b/c]"},
        {"/files/../x", "files path=[../x]"},
        {"/x%20y/%C3%A4", "decoded"},
        {"/a?x=/b", "a"},
    };
    for (const auto& [target, answer] : table) {
        BOOST_TEST_CONTEXT(target)
        {
            BOOST_TEST(text(run(app, verb::get, target)) == answer);
        }
    }
    for (const auto* target :
         {"/b", "/A", "/a//", "//", "//a", "/files", "/users", "/files/a%2Fb", "/a%2F", "/x+y/%C3%A4"})
    {
        BOOST_TEST_CONTEXT(target)
        {
            BOOST_TEST((status_of(app, verb::get, target) == status::not_found));
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_paths)
{
    router app;
    app.get("/{rest...}", named("tail"));
    for (const auto* target : {"/%", "/%4", "/%zz", "/a/%g0/b", "/%00", "/a%00b", "", "a", "*", "http://host/a", "?x"})
    {
        BOOST_TEST_CONTEXT(target)
        {
            BOOST_TEST((status_of(app, verb::get, target) == status::bad_request));
        }
    }
    BOOST_TEST((status_of(app, verb::get, "/?%zz") == status::ok)); // the query is not a part of the path
}

BOOST_AUTO_TEST_CASE(a_candidate_with_the_method_is_preferred)
{
    router app;
    app.get("/users/me", named("get-me"));
    app.post("/users/{name}", named("post", {"name"}));
    app.del("/{any}/{rest...}", named("delete", {"any", "rest"}));
    BOOST_TEST(text(run(app, verb::get, "/users/me")) == "get-me");
    BOOST_TEST(text(run(app, verb::post, "/users/me")) == "post name=[me]");
    BOOST_TEST(text(run(app, verb::delete_, "/users/me")) == "delete any=[users] rest=[me]");
    const auto refused = run(app, verb::patch, "/users/me");
    BOOST_TEST((refused.status() == status::method_not_allowed));
    BOOST_TEST(header(refused, "Allow") == "DELETE, GET, HEAD, OPTIONS, POST");
    BOOST_TEST(header(refused, "Content-Type") == "application/problem+json");
    BOOST_TEST((status_of(app, verb::get, "/users/you") == status::method_not_allowed));
}

BOOST_AUTO_TEST_CASE(a_tail_that_finds_nothing_does_not_hide_other_methods)
{
    router app;
    app.post("/generate", named("post"));
    app.put("/generate", named("put"));
    app.del("/generate/{rest...}", named("delete", {"rest"}));
    app.get("/{path...}", [](rill::path<"path"> path) {
        if (*path == "generate" || *path == "nothing" || *path == "generate/x") {
            return rill::to_response({.status = status::not_found, .detail = "no such file"});
        }
        return rill::response::text("file " + *path);
    });
    for (const auto method : {verb::get, verb::head}) {
        const auto refused = run(app, method, "/generate");
        BOOST_TEST((refused.status() == status::method_not_allowed));
        BOOST_TEST(header(refused, "Allow") == "OPTIONS, POST, PUT");
        BOOST_TEST(header(run(app, method, "/generate/x"), "Allow") == "DELETE, OPTIONS");
        BOOST_TEST((status_of(app, method, "/nothing") == status::not_found));
        BOOST_TEST((status_of(app, method, "/page") == status::ok));
    }
    BOOST_TEST(text(run(app, verb::post, "/generate")) == "post");
    BOOST_TEST(header(run(app, verb::patch, "/generate"), "Allow") == "GET, HEAD, OPTIONS, POST, PUT");
}

BOOST_AUTO_TEST_CASE(a_tail_that_finds_something_has_priority_over_405)
{
    router app;
    app.post("/contact", named("post"));
    app.get("/{path...}", named("page", {"path"}));
    BOOST_TEST(text(run(app, verb::get, "/contact")) == "page path=[contact]");
}

BOOST_AUTO_TEST_CASE(all_methods)
{
    router app;
    app.get("/", named("get")).post("/", named("post")).put("/", named("put"));
    app.patch("/", named("patch")).del("/", named("delete")).handle(verb::propfind, "/", named("propfind"));
    const std::pair<verb, std::string> table[] = {
        {verb::get, "get"},     {verb::post, "post"},      {verb::put, "put"},
        {verb::patch, "patch"}, {verb::delete_, "delete"}, {verb::propfind, "propfind"},
    };
    for (const auto& [method, answer] : table) {
        BOOST_TEST(text(run(app, method, "/")) == answer);
    }
    BOOST_TEST((status_of(app, verb::unknown, "/") == status::method_not_allowed));
}

BOOST_AUTO_TEST_CASE(head_runs_get_unless_it_has_a_handler)
{
    router app;
    app.get("/a", named("get"));
    app.get("/b", named("get"));
    app.handle(verb::head, "/b", named("head"));
    app.post("/c", named("post"));
    BOOST_TEST(text(run(app, verb::head, "/a")) == "get");
    BOOST_TEST(text(run(app, verb::head, "/b")) == "head");
    BOOST_TEST((status_of(app, verb::head, "/c") == status::method_not_allowed));
    BOOST_TEST((status_of(app, verb::head, "/d") == status::not_found));
}

BOOST_AUTO_TEST_CASE(options)
{
    router app;
    app.get("/a", named("get"));
    app.put("/a", named("put"));
    app.handle(verb::options, "/b", named("own"));
    const auto r = run(app, verb::options, "/a");
    BOOST_TEST((r.status() == status::no_content));
    BOOST_TEST(header(r, "Allow") == "GET, HEAD, OPTIONS, PUT");
    BOOST_TEST(text(run(app, verb::options, "/b")) == "own");
    BOOST_TEST((status_of(app, verb::options, "/c") == status::not_found));
    const auto star = run(app, verb::options, "*");
    BOOST_TEST((star.status() == status::no_content));
    BOOST_TEST(header(star, "Allow").find("GET") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ambiguous_routes)
{
    const std::tuple<std::string, std::string, std::string> table[] = {
        {"/a/{x}", "/a/{y}", "ambiguous route: GET /a/{y} collides with GET /a/{x}"},
        {"/a", "/a", "ambiguous route: GET /a collides with GET /a"},
        {"/{x:int}/b", "/{y:int}/b", "ambiguous route: GET /{y:int}/b collides with GET /{x:int}/b"},
        {"/{x...}", "/{y...}", "ambiguous route: GET /{y...} collides with GET /{x...}"},
    };
    for (const auto& [first, second, message] : table) {
        router app;
        app.get(first, named("1"));
        app.post(second, named("2")); // another method does not collide
        BOOST_CHECK_EXCEPTION(app.get(second, named("3")), rill::route_error,
                              [&](const rill::route_error& e) { return e.what() == message; });
        BOOST_TEST_CONTEXT(message)
        {
            BOOST_TEST((run(app, verb::options, "/none/b/c/d").status() != status::ok));
        }
    }
    router app;
    app.get("/a/{x}", named("text"));
    app.get("/a/{x:int}", named("int")); // another shape
    app.get("/a/{x...}", named("tail"));
    BOOST_CHECK_THROW(app.get("a", named("bad")), rill::route_error);
}

BOOST_AUTO_TEST_CASE(a_router_is_a_handler)
{
    rill::handler handle;
    {
        router app;
        app.get("/users/{id}", [](rill::path<"id"> id) -> awaitable<std::string> { co_return *id; });
        app.use([](request& req, const handler& next) { return next(req); });
        handle = app; // shares the routes
        handle = std::move(app);
    }
    BOOST_TEST(text(run(handle, verb::get, "/users/7")) == "7");
    request req(verb::get, "/users/7");
    req.add_path_parameter("id", "stale");
    BOOST_TEST(text(run(handle, req)) == "7");
}

BOOST_AUTO_TEST_CASE(many_routes)
{
    router app;
    for (int i = 0; i < 500; ++i) {
        const auto n = std::to_string(i * 7919 % 500);
        app.get("/r" + n + "/{x}/end", named("route " + n, {"x"}));
    }
    for (int i = 0; i < 500; ++i) {
        const auto n = std::to_string(i);
        BOOST_TEST(text(run(app, verb::get, "/r" + n + "/v/end")) == "route " + n + " x=[v]");
    }
}

BOOST_AUTO_TEST_CASE(a_router_reports_which_routes_read_bodies)
{
    const auto read = [](rill::body_reader) { return "read"; };
    const auto around = [](request& req, const handler& next) { return next(req); };
    router inner;
    inner.use(around);
    inner.put("/{id:int}", read);
    router app;
    const auto streams = [&](verb method, std::string target) {
        return app.streams_body(request(method, std::move(target)));
    };
    app.post("/upload", [](request&) { return "whole"; });
    BOOST_TEST(!streams(verb::post, "/upload"));
    app.put("/upload", read, around);
    app.use(around);
    app.mount("/files", std::move(inner));
    BOOST_TEST(streams(verb::put, "/upload"));
    BOOST_TEST(streams(verb::put, "/upload?x"));
    BOOST_TEST(streams(verb::put, "/files/7"));
    BOOST_TEST(!streams(verb::post, "/upload"));
    BOOST_TEST(!streams(verb::put, "/files/x"));
    BOOST_TEST(!streams(verb::put, "/nowhere"));
    BOOST_TEST(!streams(verb::put, "/%zz"));
    const handler served = app;
    BOOST_TEST(served.streams_body(request(verb::put, "/upload")));
    router outer; // a router as the handler of a route
    outer.put("/{rest...}", app);
    BOOST_TEST(outer.streams_body(request(verb::put, "/upload")));
    BOOST_TEST(!outer.streams_body(request(verb::put, "/nowhere")));
}

BOOST_AUTO_TEST_CASE(methods_by_name)
{
    router app;
    app.handle("QUERY", "/q", named("query"));
    app.handle("PROPFIND", "/q", named("propfind"));
    app.handle("my-own", "/q", named("own"));
    app.handle(verb::get, "/q", named("get"));
    const auto asked = [&](std::string_view method, const char* target = "/q") {
        rill::request req(verb::get, target);
        req.set_method(method);
        return rill_test::run(app(req));
    };
    BOOST_TEST(text(asked("QUERY")) == "query");
    BOOST_TEST(text(asked("PROPFIND")) == "propfind");
    BOOST_TEST(text(asked("my-own")) == "own");
    BOOST_TEST(text(asked("GET")) == "get");
    const auto other = asked("query"); // names are case-sensitive
    BOOST_TEST((other.status() == status::method_not_allowed));
    BOOST_TEST(other.fields().get("Allow").value_or("") == "GET, HEAD, OPTIONS, PROPFIND, QUERY, my-own");
    BOOST_TEST((asked("QUERY", "/none").status() == status::not_found));
    BOOST_TEST(app.takes_method("QUERY"));
    BOOST_TEST(!app.takes_method("query"));
    const rill::handler whole = app;
    BOOST_TEST(whole.takes_method("my-own"));
    BOOST_TEST(!whole.takes_method("other"));
    BOOST_TEST(!rill::handler(rill::make_handler([] { return "x"; })).takes_method("QUERY"));
    for (const std::string& bad : {std::string(), std::string("A B"), std::string("CONNECT"), std::string(257, 'A')}) {
        BOOST_CHECK_THROW(app.handle(bad, "/bad", named("bad")), rill::route_error);
    }
    BOOST_CHECK_THROW(app.handle("GET", "/q", named("again")), rill::route_error);
    router outer;
    outer.mount("/in", std::move(app));
    BOOST_TEST(outer.takes_method("QUERY"));
}

BOOST_AUTO_TEST_SUITE_END()
