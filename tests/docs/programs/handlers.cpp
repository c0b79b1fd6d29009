// [includes]
#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;
// [includes]

// [handlers]
rill::response version()
{
    return rill::response::text("1.0");
}

rill::awaitable<rill::response> slow(rill::request& r)
{
    co_await rill::sleep_for(100ms); // cancelled, if the client leaves
    co_return rill::response::text("you asked for " + std::string(r.path()));
}

rill::response find_user(rill::path<"id", int> id)
{
    if (*id != 1) {
        return rill::to_response(rill::status::not_found, "there is no such user");
    }
    return rill::response::text("Ada");
}

rill::router routes()
{
    rill::router app;
    app.get("/version", version);
    app.get("/slow", slow);
    app.get("/users/{id:int}", find_user);
    app.get("/hello/{name}", [](rill::path<"name"> name) { return "hello, " + *name; });
    return app;
}
// [handlers]

// [json]
#include <boost/describe.hpp>
#include <rill/http/json.hpp>

struct order
{
    std::string item;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (item, count))

// A body that is no JSON, or no order, is answered with 400, 415 or 422; the handler does not run.
rill::response place(rill::json<order> o, rill::query<"dry_run", bool, false> dry_run)
{
    return rill::json_response(boost::json::object{{"item", o->item}, {"placed", !*dry_run}});
}
// [json]

// [middleware]
rill::awaitable<rill::response> require_token(rill::request& r, const rill::handler& next)
{
    const auto token = rill::credentials(r, "Bearer");
    if (!token || !rill::equal_in_constant_time(*token, "sesame")) {
        co_return rill::to_response( // instead of the handler
            {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}});
    }
    auto answer = co_await next(r);
    answer.header("Cache-Control", "private"); // after
    co_return answer;
}

rill::router protected_routes()
{
    rill::router admin;
    admin.use(require_token);
    admin.get("/version", version);

    rill::router app;
    app.use(rill::cors({}));
    app.mount("/admin", std::move(admin));
    app.get("/version", version, rill::timeout(5s)); // for one route
    return app;
}
// [middleware]

#include "docs/programs/drive.hpp"

namespace {

void handlers()
{
    drive::served app(routes());
    drive::client one(app.port());
    drive::equal(one.get("/version").body(), "1.0");
    drive::equal(one.get("/slow").body(), "you asked for /slow");
    drive::equal(one.get("/users/1").body(), "Ada");
    drive::equal(one.get("/users/2").status(), 404);
    one.body();
    drive::equal(one.get("/hello/Grace%20Hopper").body(), "hello, Grace Hopper");
}

void extractors()
{
    rill::router orders;
    orders.post("/orders", place);
    drive::served app(std::move(orders));
    const auto post = [&](std::string_view target, std::string_view type, std::string_view body) {
        drive::client one(app.port());
        one.request("POST", target, "Content-Type: " + std::string(type) + "\r\n", body);
        return std::to_string(one.status()) + ' ' + (one.status() == 200 ? one.body() : std::string());
    };
    const std::string tea = R"({"item":"tea","count":2})";
    drive::equal(post("/orders", "application/json", tea), R"(200 {"item":"tea","placed":true})");
    drive::equal(post("/orders?dry_run=true", "application/json", tea), R"(200 {"item":"tea","placed":false})");
    drive::equal(post("/orders", "application/json", "{"), "400 ");
    drive::equal(post("/orders", "text/plain", tea), "415 ");
    drive::equal(post("/orders", "application/json", R"({"item":"tea","count":"two"})"), "422 ");
}

void middleware()
{
    drive::served app(protected_routes());
    drive::client one(app.port());
    drive::equal(one.get("/admin/version").status(), 401);
    drive::equal(one.header("www-authenticate"), "Bearer");
    one.body();
    drive::equal(one.get("/admin/version", "Authorization: Bearer sesame\r\n").body(), "1.0");
    drive::equal(one.get("/admin/version", "Authorization: bearer  sesame\r\n").body(), "1.0");
    drive::equal(one.header("cache-control"), "private");
    drive::equal(one.get("/version", "Origin: https://example.org\r\n").body(), "1.0");
    drive::equal(one.header("access-control-allow-origin"), "*");
    drive::equal(one.header("cache-control"), "");
}

} // namespace

int main()
{
    return drive::verdict([] {
        handlers();
        extractors();
        middleware();
    });
}
