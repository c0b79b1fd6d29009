// What handlers take and return, over real sockets.

#include "server/fixture.hpp"

#include <rill/http/json.hpp>

BOOST_AUTO_TEST_SUITE(handlers)

namespace {

using namespace rill_test;

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

rill::awaitable<> greet(rill::sse::event_stream& stream, rill::attribute<user> who)
{
    co_await stream.send("begin");
    co_await rill::sleep_for(1ms); // the request is gone
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
    running_server server(app);

    const std::string long_name(100, 'n');
    client c(server.port());
    BOOST_TEST(c.get("/me", "Authorization: ada\r\n").body() == "ada");
    BOOST_TEST(c.get("/maybe").body() == "unknown"); // it was the other request's, on the same connection
    const auto events = c.get("/greeting", "Authorization: " + long_name + "\r\n").events(2);
    BOOST_REQUIRE(events.size() == 2U);
    BOOST_TEST(events[1].data == "hello " + long_name);
    BOOST_TEST(server.log() == "");

    for (const auto* target : {"/me", "/greeting"}) {
        client nobody(server.port());
        BOOST_TEST(nobody.get(target).status() == 500);
        BOOST_TEST(nobody.body().find("user") == std::string::npos);
    }
    const auto log = server.log();
    BOOST_TEST(std::ranges::count(log, '\n') == 2);
    BOOST_TEST(log.find("handler of /me failed: the handler takes rill::attribute<") == 0U, log);
    BOOST_TEST(log.find("user>, but no middleware") != std::string::npos, log);
    BOOST_TEST(log.find("handler of /greeting failed: ") != std::string::npos, log);
}

BOOST_AUTO_TEST_SUITE_END()
