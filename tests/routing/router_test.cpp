#include <rill/routing/router.hpp>

#include "../support/run.hpp"

namespace {

using rill::status;
using rill::verb;
using rill_test::run;
using rill_test::text;

BOOST_AUTO_TEST_CASE(a_route_is_found_by_path_and_method)
{
    rill::router app;
    app.get("/users/{id:int}", [](rill::path<"id", int> id) { return std::to_string(*id + 1); });
    app.post("/users/{id:int}", [](rill::path<"id"> id) { return *id; });
    BOOST_TEST(text(run(app, verb::get, "/users/41?x=y")) == "42");
    BOOST_TEST(text(run(app, verb::post, "/users/41")) == "41");
    BOOST_TEST((run(app, verb::get, "/users/x").status() == status::not_found));
    const auto refused = run(app, verb::put, "/users/1");
    BOOST_TEST((refused.status() == status::method_not_allowed));
    BOOST_TEST(rill_test::header(refused, "Allow") == "GET, HEAD, OPTIONS, POST");
}

} // namespace
