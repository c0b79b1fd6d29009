// The end of streams that an application selects, over all workers of a server.

#include "server/serving/end_streams.hpp"

#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/endpoint.hpp>
#include <stdexcept>

#include "server/fixture.hpp"
#include "support/client.hpp"
#include "support/counted.hpp"
#include "support/run.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::stream_info;

BOOST_AUTO_TEST_SUITE(end_streams_test)

namespace {

rill::stream_predicate of_user(std::string name)
{
    return [name = std::move(name)](const stream_info& s) { return s.tag == name; };
}

rill::awaitable<> begin(rill::sse::event_stream& stream)
{
    counted here;
    co_await stream.send("begun");
    co_await rill::sleep_for(1h);
}

rill::awaitable<> tags_itself(rill::sse::event_stream& stream, rill::query<"user"> user)
{
    counted here;
    stream.set_tag(*user);
    co_await stream.send("begun");
    co_await rill::sleep_for(1h);
}

// A user is who the query says.
rill::awaitable<rill::response> log_in(rill::request& r, const rill::handler& next)
{
    r.set_attribute(rill::stream_tag(r.query_parameter("user").value_or("")));
    co_return co_await next(r);
}

rill::awaitable<std::string> log_out(rill::query<"user"> user)
{
    const auto which = of_user(*user);
    const auto ended = co_await rill::end_streams(which);
    co_return "ended " + std::to_string(ended) + ".";
}

rill::awaitable<std::string> only_this_one(rill::query<"user"> user)
{
    const auto which = [name = *user](const stream_info& s) { return s.id != 0 && s.tag == name; };
    const auto ended = co_await rill::end_streams(which, close_reason::drained);
    co_return "ended " + std::to_string(ended) + ".";
}

struct site
{
    rill::pubsub::channel news;
    running_server server;

    explicit site(unsigned threads = 2) : server(routes(), workers(threads)) {}

    rill::router routes() const
    {
        rill::router known;
        known.use(log_in);
        known.get("/handler", rill::sse::endpoint(begin, {.farewell = "data: bye\n\n"}));
        known.get("/news", rill::sse::endpoint(news));
        rill::router app;
        app.mount("/in", std::move(known));
        app.get("/own", rill::sse::endpoint(tags_itself));
        app.get("/logout", log_out);
        app.get("/only", only_this_one);
        return app;
    }
};

struct listener
{
    raw_client c;
    listener(const site& s, std::string_view target) : c(s.server.port())
    {
        c.get(target);
        BOOST_REQUIRE(c.read_until("\r\n\r\n"));
        BOOST_TEST(c.received().starts_with("HTTP/1.1 200 "));
        c.forget();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(the_streams_of_a_user_end_on_all_workers_and_others_stay)
{
    site s;
    std::vector<std::unique_ptr<listener>> ada;
    for (int i = 0; i < 4; ++i) { // the kernel gives both workers some
        for (const auto* target : {"/in/handler?user=ada", "/in/news?user=ada", "/own?user=ada"}) {
            ada.push_back(std::make_unique<listener>(s, target));
        }
    }
    listener bob(s, "/in/news?user=bob");
    listener nobody(s, "/in/news");
    BOOST_TEST(eventually([&] { return s.server.stats().streams == 14 && counted::alive() == 8; }));
    s.server.end_streams(of_user("ada"));
    for (const auto& a : ada) {
        BOOST_TEST(a->c.read_to_end());
        BOOST_TEST(a->c.received().ends_with("0\r\n\r\n"));
        BOOST_TEST(a->c.received().find("bye") == std::string::npos);
    }
    BOOST_TEST(eventually([&] { return s.server.reasons() == std::vector(12, close_reason::revoked); }));
    BOOST_TEST(counted::alive() == 0);
    BOOST_REQUIRE(s.news.publish("after it").has_value());
    BOOST_TEST(bob.c.read_until("data: after it"));
    BOOST_TEST(nobody.c.read_until("data: after it"));
    BOOST_TEST(s.server.stats().streams == 2U);
    BOOST_TEST(s.server.log() == "");
}

BOOST_AUTO_TEST_CASE(by_route_and_by_address)
{
    site s;
    listener handler(s, "/in/handler?user=ada");
    listener news(s, "/in/news?user=ada");
    s.server.end_streams([](const stream_info& i) { return i.route == "/in/news" && i.address() == "127.0.0.1"; });
    BOOST_TEST(news.c.read_to_end());
    s.server.end_streams([](const stream_info& i) { return i.address() == "192.0.2.1"; });
    s.server.end_streams([](const stream_info& i) { return i.address() == "127.0.0.1"; }, close_reason::drained);
    BOOST_TEST(handler.c.read_to_end());
    BOOST_TEST(handler.c.received().find("data: bye") != std::string::npos); // a reason that has a farewell
    BOOST_TEST(eventually([&] {
        return s.server.reasons() == std::vector{close_reason::revoked, close_reason::drained};
    }));
}

BOOST_AUTO_TEST_CASE(a_handler_ends_streams_of_all_workers_and_gets_their_number)
{
    site s(1); // with one worker, the number does not depend on how fast another one answers
    listener first(s, "/in/handler?user=ada");
    listener second(s, "/in/news?user=ada");
    listener other(s, "/in/news?user=bob");
    BOOST_TEST(fetch(s.server, "/only?user=ada") == "ended 2.");
    BOOST_TEST(first.c.read_to_end());
    BOOST_TEST(second.c.read_to_end());
    BOOST_TEST(fetch(s.server, "/logout?user=bob") == "ended 1.");
    BOOST_TEST(other.c.read_to_end());
    BOOST_TEST(fetch(s.server, "/logout?user=bob") == "ended 0.");

    site two;
    std::vector<std::unique_ptr<listener>> all;
    for (int i = 0; i < 6; ++i) {
        all.push_back(std::make_unique<listener>(two, "/in/news?user=ada"));
    }
    fetch(two.server, "/logout?user=ada");
    for (const auto& l : all) {
        BOOST_TEST(l->c.read_to_end());
    }
}

BOOST_AUTO_TEST_CASE(without_a_server_or_before_it_runs_there_is_nothing_to_end)
{
    int calls = 0;
    const rill::stream_predicate counts = [&calls](const stream_info&) { return ++calls != 0; };
    BOOST_TEST(run(rill::end_streams(counts)) == 0U);
    rill::server_options options;
    options.port = 0;
    rill::server server(site(1).routes(), options);
    server.end_streams(counts);
    BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(only_some_reasons_are_those_of_a_server)
{
    const auto refused = [](close_reason reason, const std::string& name) {
        BOOST_CHECK_EXCEPTION(rill::check_end_reason(reason), std::invalid_argument, [&](const auto& e) {
            return e.what() == "end_streams: reason = " + name + ": must be revoked, expired or drained";
        });
    };
    refused(close_reason::open, "open");
    refused(close_reason::handler_returned, "handler_returned");
    for (const auto good : {close_reason::revoked, close_reason::expired, close_reason::drained}) {
        BOOST_CHECK_NO_THROW(rill::check_end_reason(good));
    }
    site s(1);
    BOOST_CHECK_THROW(s.server.end_streams([](const stream_info&) { return true; }, close_reason::open),
                      std::invalid_argument);
    BOOST_CHECK_THROW(
        static_cast<void>(rill::end_streams([](const stream_info&) { return true; }, close_reason::evicted)),
        std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
