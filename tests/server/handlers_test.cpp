// Parameters and results of handlers.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <rill/http/json.hpp>
#include <rill/rill.hpp>
#include <rill/testing.hpp>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(handlers)

namespace {

using namespace std::chrono_literals;

struct user
{
    std::string name;
};

/// The logged-in user of the Authorization header, if there is one.
rill::awaitable<rill::response> who_is_it(rill::request& r, const rill::handler& next)
{
    if (const auto name = r.header("Authorization")) {
        r.set_attribute(user{std::string(*name)});
    }
    return next(r);
}

enum class shop_error
{
    sold_out,
    not_logged_in
};

rill::problem to_problem(const shop_error& e)
{
    if (e == shop_error::not_logged_in) {
        return {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}};
    }
    return {.status = rill::status::conflict, .detail = "sold out"};
}

class no_such_row : public std::runtime_error
{
    using runtime_error::runtime_error;
};

rill::awaitable<rill::response> map_exceptions(rill::request& r, const rill::handler& next)
{
    try {
        co_return co_await next(r);
    } catch (const no_such_row& e) {
        co_return rill::to_response(rill::status::not_found, e.what());
    }
}

rill::awaitable<rill::response> refuse(rill::request&, const rill::handler&)
{
    co_return rill::to_response(
        {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}, {"Retry-After", "30"}}});
}

rill::awaitable<> count_up(rill::sse::event_stream& stream, rill::query<"from", int, 1> from)
{
    for (int i = from;; ++i) {
        co_await stream.send(std::to_string(i));
        co_await rill::sleep_for(1ms);
    }
}

/// The route responds with a stream if the client accepts one, and with JSON otherwise.
rill::router count_or_json()
{
    const rill::handler stream = rill::sse::endpoint(count_up, {.max_streams = 1, .headers = {{"Vary", "Accept"}}});
    rill::router app;
    app.get("/count", [stream](rill::request& r) -> rill::awaitable<rill::response> {
        if (rill::wants_event_stream(r)) {
            co_return co_await stream(r);
        }
        auto answer = rill::json_response(boost::json::object{{"count", 1}});
        answer.set_header("Vary", "Accept");
        co_return answer;
    });
    return app;
}

rill::awaitable<> greet(rill::sse::event_stream& stream, rill::attribute<user> who)
{
    co_await stream.send("begin");
    co_await rill::sleep_for(1ms); // the request is already destroyed
    co_await stream.send("hello " + who->name);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_user_from_middleware_reaches_handlers_and_streams)
{
    rill::router app;
    app.use(who_is_it);
    app.get("/me", [](rill::attribute<user> who) { return who->name; });
    app.get("/greeting", rill::sse::endpoint(greet));
    app.get("/maybe", [](rill::attribute<std::optional<user>> who) { return *who ? "known" : "unknown"; });
    rill::testing::server server(app);

    const std::string long_name(100, 'n');
    auto c = server.connect();
    BOOST_TEST(c.get("/me", {{"Authorization", "ada"}}).body == "ada");
    BOOST_TEST(c.get("/maybe").body == "unknown"); // the attribute belongs to the previous request
    BOOST_TEST(server.open("/greeting", {{"Authorization", long_name}}).next(2)[1].data == "hello " + long_name);
    BOOST_TEST(server.log_text() == "");

    for (const auto* target : {"/me", "/greeting"}) {
        const auto nobody = server.get(target);
        BOOST_TEST(nobody.status == 500);
        BOOST_TEST(nobody.body.find("user") == std::string::npos);
    }
    const auto log = server.log_text();
    BOOST_TEST(std::ranges::count(log, '\n') == 2);
    BOOST_TEST(log.find("handler of /me failed: the handler takes rill::attribute<") == 0U, log);
    BOOST_TEST(log.find("user>, but no middleware") != std::string::npos, log);
    BOOST_TEST(log.find("handler of /greeting failed: ") != std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(one_middleware_maps_the_errors_of_an_application)
{
    rill::router app;
    app.use(map_exceptions);
    app.get("/sold", []() -> tl::expected<std::string, shop_error> { return tl::unexpected(shop_error::sold_out); });
    app.get("/who", []() -> rill::awaitable<tl::expected<void, shop_error>> {
        co_return tl::unexpected(shop_error::not_logged_in);
    });
    app.get("/row", []() -> rill::awaitable<std::string> {
        co_await rill::sleep_for(1ms);
        throw no_such_row("there is no row 7");
    });
    app.get("/other", []() -> std::string { throw std::runtime_error("a secret"); });
    app.get(
        "/refused", [] { return "never"; }, refuse);
    rill::testing::server server(app);

    const auto sold = server.get("/sold");
    BOOST_TEST(sold.status == 409);
    BOOST_TEST(sold.body.find("sold out") != std::string::npos);
    const auto who = server.get("/who");
    BOOST_TEST(who.status == 401); // without the WWW-Authenticate header the response would be a 500
    BOOST_TEST(who.header("www-authenticate") == "Bearer");
    BOOST_TEST(who.header("content-type") == "application/problem+json");
    const auto row = server.get("/row");
    BOOST_TEST(row.status == 404);
    BOOST_TEST(row.body.find("there is no row 7") != std::string::npos);
    const auto refused = server.get("/refused");
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.header("retry-after") == "30");
    BOOST_TEST(server.log_text() == "");
    const auto other = server.get("/other");
    BOOST_TEST(other.status == 500);
    BOOST_TEST(other.body.find("secret") == std::string::npos);
    BOOST_TEST(server.log_text() == "handler of /other failed: a secret\n");
}

BOOST_AUTO_TEST_CASE(a_handler_streams_or_responds_depending_on_accept)
{
    rill::testing::server server(count_or_json());
    const rill::testing::fields wants_events{{"Accept", "text/event-stream"}};
    for (const auto& with : {rill::testing::fields{}, rill::testing::fields{{"Accept", "*/*"}},
                             rill::testing::fields{{"Accept", "application/json, text/event-stream;q=0.5"}}})
    {
        const auto count = server.get("/count", with);
        BOOST_TEST(count.header("content-type") == "application/json");
        BOOST_TEST(count.header("vary") == "Accept");
        BOOST_TEST(count.body == R"({"count":1})");
    }
    BOOST_TEST(server.get("/count?from=x", wants_events).status == 400); // the endpoint checks its own parameters
    auto stream = server.open("/count?from=7", {{"Accept", "Text/Event-Stream"}});
    BOOST_TEST(stream.head().header("content-type") == "text/event-stream");
    BOOST_TEST(stream.head().header("vary") == "Accept");
    BOOST_TEST(stream.next(2)[1].data == "8");
    // The limit of streams applies to the endpoint, not to a connection.
    BOOST_TEST(server.get("/count", wants_events).status == 503);
    BOOST_TEST(server.get("/count").body == R"({"count":1})");
    stream.disconnect();
    BOOST_TEST(server.open("/count", wants_events).status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()
