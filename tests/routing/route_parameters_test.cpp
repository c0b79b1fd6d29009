// The path parameters of a handler are checked against its route when the route is added. If a parameter may come from a
// prefix, it is checked when the router becomes a handler.

#include <rill/routing/router.hpp>

#include "support/run.hpp"

#include <array>
#include <memory>

namespace shop {

struct item
{
    std::string id;
};

struct visitor
{
    std::string name;
};

} // namespace shop

template <>
struct rill::extractor<shop::item>
{
    static constexpr std::array<std::string_view, 1> path_parameters{"item"};

    static tl::expected<shop::item, rill::problem> extract(rill::request& req)
    {
        return shop::item{std::string(req.path_parameter("item").value_or("(none)"))};
    }
};

template <>
struct rill::extractor<shop::visitor>
{
    static tl::expected<shop::visitor, rill::problem> extract(rill::request& req)
    {
        return shop::visitor{std::string(req.path_parameter("visitor").value_or("(none)"))};
    }
};

BOOST_AUTO_TEST_SUITE(route_parameters_suite)

namespace {

using rill::awaitable;
using rill::handler;
using rill::request;
using rill::response;
using rill::route_error;
using rill::router;
using rill::verb;
using rill_test::run;
using rill_test::text;

constexpr auto by_id = [](rill::path<"id"> id) { return "id " + *id; };

auto with_words(std::string message)
{
    return [message = std::move(message)](const route_error& e) {
        BOOST_TEST(e.what() == message);
        return e.what() == message;
    };
}

/// Returns a copy of `app` as a handler.
handler served(const router& app)
{
    return app;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_misspelled_parameter_is_found_when_the_route_is_added)
{
    router app;
    BOOST_CHECK_EXCEPTION(
        app.get("/users/{id}", [](rill::path<"idd"> id) { return *id; }), route_error,
        with_words(
            "bad route GET /users/{id}: its handler takes the path parameter 'idd', which the path does not have"));
    BOOST_CHECK_THROW(app.get("/users/{id}", [](rill::path<"idd"> id) -> awaitable<std::string> { co_return *id; }),
                      route_error);
    BOOST_CHECK_THROW(app.post("/files/{path...}", by_id), route_error);
    BOOST_CHECK_THROW(app.put("/a/{id}/{other}", [](rill::path<"id">, rill::path<"othr">) {}), route_error);
    BOOST_TEST((run(app, verb::get, "/users/7").status() == rill::status::not_found)); // no route was added
}

BOOST_AUTO_TEST_CASE(types_and_optional_parameters_are_not_checked)
{
    router app;
    app.get("/a/{id}", [](rill::path<"id", int> id) { return std::to_string(*id + 1); });
    app.get("/b/{id:int}", by_id);
    app.get("/c/{id...}", by_id);
    const auto perhaps = [](rill::path<"id", std::optional<int>> id) { return std::to_string(id->value_or(-1)); };
    app.get("/d/{id}", perhaps);
    app.get("/d", perhaps);
    BOOST_TEST(text(run(app, verb::get, "/a/6")) == "7");
    BOOST_TEST(text(run(app, verb::get, "/b/6")) == "id 6");
    BOOST_TEST(text(run(app, verb::get, "/c/6/7")) == "id 6/7");
    BOOST_TEST(text(run(app, verb::get, "/d/6")) == "6");
    BOOST_TEST(text(run(app, verb::get, "/d")) == "-1");
    BOOST_TEST((run(app, verb::get, "/a/x").status() == rill::status::bad_request)); // an error of the client
}

BOOST_AUTO_TEST_CASE(a_parameter_may_come_from_a_prefix)
{
    router posts;
    posts.get("/", [](rill::path<"user"> user) { return "posts of " + *user; });
    posts.get("/{id}", [](rill::path<"id", int> id, rill::path<"user"> user, rill::path<"tenant"> tenant) {
        return *tenant + "/" + *user + "/" + std::to_string(*id);
    });
    posts.get("/all", [](rill::path<"tenant"> tenant) { return "all of " + *tenant; }); // does not take {user}
    router users;
    users.mount("/{user}/posts", std::move(posts));
    router app;
    app.mount("/{tenant}/users", std::move(users));
    const auto serve = served(app);
    BOOST_TEST(text(run(serve, verb::get, "/t/users/me/posts")) == "posts of me");
    BOOST_TEST(text(run(serve, verb::get, "/t/users/me/posts/7")) == "t/me/7");
    BOOST_TEST(text(run(serve, verb::get, "/t/users/me/posts/all")) == "all of t");
}

BOOST_AUTO_TEST_CASE(a_parameter_of_no_prefix_is_found_when_the_router_becomes_a_handler)
{
    router posts;
    posts.post("/{id}", [](rill::path<"user"> user, rill::path<"id"> id) { return *user + *id; });
    router app;
    app.mount("/{usr}/posts", std::move(posts));
    const auto mistake = with_words(
        "bad route POST /{usr}/posts/{id}: its handler takes the path parameter 'user', which the path does not have");
    BOOST_CHECK_EXCEPTION(app.check_routes(), route_error, mistake);
    BOOST_CHECK_EXCEPTION(served(app), route_error, mistake);
    BOOST_CHECK_EXCEPTION(handler(std::move(app)), route_error, mistake);
    router plain;
    plain.get("/me", [](rill::path<"user"> user) { return *user; });
    BOOST_CHECK_THROW(served(plain), route_error); // never mounted
    router outer;
    BOOST_CHECK_THROW(outer.get("/{rest...}", plain), route_error); // as the handler of a route
}

BOOST_AUTO_TEST_CASE(later_routes_are_checked_at_once)
{
    const auto user = [](rill::path<"user"> name) { return *name; };
    router app;
    app.get("/", [] { return "root"; });
    const auto serve = served(app);
    BOOST_CHECK_THROW(app.get("/me", user), route_error);
    router mounted;
    mounted.get("/me", user);
    BOOST_CHECK_THROW(app.mount("/users", std::move(mounted)), route_error);
    BOOST_TEST((run(serve, verb::get, "/me").status() == rill::status::not_found));
    app.get("/{user}", user);
    BOOST_TEST(text(run(serve, verb::get, "/you")) == "you");
}

BOOST_AUTO_TEST_CASE(a_type_erased_handler_keeps_its_parameters)
{
    const auto erased = rill::make_handler(by_id);
    const handler copied = erased;
    router app;
    BOOST_CHECK_THROW(app.get("/{di}", copied), route_error);
    app.get("/{id}", copied);
    BOOST_TEST(text(run(app, verb::get, "/7")) == "id 7");
}

struct controller
{
    std::string greet(rill::path<"name"> name) const { return "hello " + *name; }
};

struct reads_by_itself
{
    static constexpr std::array<std::string_view, 1> path_parameters{"room"};

    response operator()(request& r) const { return response::text(std::string(*r.path_parameter("room"))); }
};

BOOST_AUTO_TEST_CASE(every_handler_that_declares_its_parameters_is_checked)
{
    const controller c;
    router app;
    BOOST_CHECK_THROW(app.get("/{nam}", rill::make_handler(&controller::greet, c)), route_error);
    BOOST_CHECK_THROW(app.get("/{itm}", [](shop::item i) { return i.id; }), route_error);
    app.get("/a", reads_by_itself());
    BOOST_CHECK_THROW(served(app), route_error);
    router fine;
    fine.get("/c/{name}", rill::make_handler(&controller::greet, c));
    fine.get("/i/{item}", [](shop::item i) { return i.id; });
    fine.get("/r/{room}", reads_by_itself());
    const auto serve = served(fine);
    BOOST_TEST(text(run(serve, verb::get, "/c/you")) == "hello you");
    BOOST_TEST(text(run(serve, verb::get, "/i/tea")) == "tea");
    BOOST_TEST(text(run(serve, verb::get, "/r/lobby")) == "lobby");
}

// The router does not know which path parameters such a handler reads. A parameter that the path lacks may come from a
// prefix.
BOOST_AUTO_TEST_CASE(a_handler_that_can_read_the_path_need_not_declare_every_parameter)
{
    router users;
    users.get("/a/{id}", [](request& r, rill::path<"user"> user) {
        return *user + std::string(r.path_parameter("id").value_or(""));
    });
    users.get("/b/{visitor}", [](shop::visitor v, rill::path<"user"> user) { return *user + v.name; });
    router app;
    app.mount("/{user}", std::move(users));
    const auto serve = served(app);
    BOOST_TEST(text(run(serve, verb::get, "/me/a/7")) == "me7");
    BOOST_TEST(text(run(serve, verb::get, "/me/b/you")) == "meyou");
}

BOOST_AUTO_TEST_CASE(middleware_does_not_hide_the_parameters_of_a_handler)
{
    const auto passing = [](request& r, const handler& next) { return next(r); };
    router app;
    app.use(passing);
    BOOST_CHECK_THROW(app.get("/{di}", by_id, passing), route_error);
    app.get("/x", by_id, passing);
    BOOST_CHECK_THROW(served(app), route_error);
}

// The lambda hides the router, so that no check finds the missing parameter. It is an error of the program, and not of
// the client.
BOOST_AUTO_TEST_CASE(an_unchecked_missing_parameter_is_a_program_error)
{
    router app;
    app.get("/x", by_id);
    const handler serve = [app](request& r) { return app(r); };
    BOOST_CHECK_EXCEPTION(run(serve, verb::get, "/x"), std::logic_error, [](const std::logic_error& e) {
        return e.what() == std::string("the handler takes the path parameter 'id', which its route does not have");
    });
}

BOOST_AUTO_TEST_SUITE_END()
