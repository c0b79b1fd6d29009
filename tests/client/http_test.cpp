#include <rill/client/http.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <optional>

#include "client/connection_pool.hpp"
#include "scripted_server.hpp"

BOOST_AUTO_TEST_SUITE(http_test)

using namespace std::chrono_literals;
using namespace rill_test;
using rill::verb;
using rill::client::errc;
using rill::client::http;
using rill::client::http_options;
using rill::client::request;
using rill::client::response;

namespace {

struct outcome
{
    unsigned status = 0;
    std::string body;
    std::string url;
    rill::error_code error;
};

rill::awaitable<> exchange(http client, request r, outcome& out)
{
    auto answer = co_await client.send(std::move(r));
    if (!answer) {
        out.error = answer.error().code;
        co_return;
    }
    out.status = answer->status();
    out.url = answer->url();
    const auto body = co_await answer->read_all();
    out.body = body.value_or("");
    out.error = body ? rill::error_code() : body.error().code;
}

struct fixture
{
    explicit fixture(std::vector<reply> replies) : server(loop.context, std::move(replies)) {}

    outcome send(request r)
    {
        outcome out;
        run(loop, exchange(client, std::move(r), out));
        return out;
    }
    outcome get(const std::string& target = "/") { return send(request(server.url(target))); }

    manual_loop loop;
    scripted_server server;
    http client;
};

// A request that is not complete.
struct pending
{
    pending(fixture& f, request r) { f.loop.start(exchange(f.client, std::move(r), out), end, cancel); }

    outcome out;
    manual_loop::outcome end;
    boost::asio::cancellation_signal cancel;
};

bool is_aborted(const manual_loop::outcome& end)
{
    try {
        std::rethrow_exception(end.error);
    } catch (const boost::system::system_error& e) {
        return e.code() == boost::asio::error::operation_aborted;
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(requests_use_one_connection_after_another)
{
    fixture f({{{ok("one")}, then::keep}, {{ok("two")}, then::keep}, {{status("204 No Content")}, then::keep}});
    BOOST_TEST(f.get("/a").body == "one");
    BOOST_TEST(f.get("/b").body == "two");
    BOOST_TEST(f.get("/c").status == 204U);
    BOOST_TEST(f.server.connections == 1);
    BOOST_TEST(f.server.requests[1].starts_with("GET /b HTTP/1.1\r\nHost: 127.0.0.1:"));
    BOOST_TEST(rill::client::detail::connection_pool::of(f.loop.context).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_response_that_is_not_read_to_its_end_closes_its_connection)
{
    fixture f({{{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"}, then::hold}});
    run(f.loop, [](fixture& f) -> rill::awaitable<> {
        auto answer = co_await f.client.get(f.server.url());
        BOOST_REQUIRE(answer.has_value());
        const auto piece = co_await answer->read();
        BOOST_TEST(piece.value() == "abc");
    }(f));
    run_until(f.loop, [&] { return f.server.closed_by_peer == 1; });
    BOOST_TEST(rill::client::detail::connection_pool::of(f.loop.context).size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_has_closed_is_replaced)
{
    fixture f({{{ok("one")}, then::close}, {{ok("two")}, then::close}, {{ok("three")}, then::close}});
    BOOST_TEST(f.get().body == "one");
    run_until(f.loop, [&] { return f.server.open == 0; });
    BOOST_TEST(f.send(request(f.server.url(), verb::post, "x")).body == "two");
    BOOST_TEST(f.server.connections == 2);
}

// The server closes the idle connection while the client sends the second request.
BOOST_AUTO_TEST_CASE(an_idempotent_request_on_a_dying_connection_is_sent_again)
{
    fixture f({{{ok("one")}, then::keep}, {{}, then::close}, {{ok("two")}, then::close}});
    BOOST_TEST(f.get().body == "one");
    BOOST_TEST(f.get().body == "two");
    BOOST_TEST(f.server.requests.size() == 3U);
    BOOST_TEST(f.server.connections == 2);
}

BOOST_AUTO_TEST_CASE(a_post_is_not_sent_twice)
{
    fixture f({{{ok("one")}, then::keep}, {{}, then::close}, {{ok("two")}, then::close}});
    BOOST_TEST(f.get().body == "one");
    BOOST_TEST((f.send(request(f.server.url(), verb::post, "x")).error == errc::connection_closed));
    BOOST_TEST(f.server.requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_request_on_a_new_connection_is_not_sent_twice)
{
    fixture f({{{}, then::close}, {{ok("two")}, then::close}});
    BOOST_TEST((f.get().error == errc::connection_closed));
    BOOST_TEST(f.server.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(redirects_keep_the_connection_and_drop_a_posted_body)
{
    fixture f({{{status("302 Found", "Location: /b?c\r\n")}, then::keep},
               {{status("307 Temporary Redirect", "Location: d\r\n")}, then::keep},
               {{ok("done")}, then::keep}});
    const auto out = f.send(request(f.server.url("/a"), verb::post, "body"));
    BOOST_TEST(out.body == "done");
    BOOST_TEST(out.url == f.server.url("/d"));
    BOOST_TEST(f.server.connections == 1);
    BOOST_TEST(f.server.requests[0].starts_with("POST /a "));
    BOOST_TEST(f.server.requests[0].ends_with("\r\n\r\nbody"));
    BOOST_TEST(f.server.requests[1].starts_with("GET /b?c "));
    BOOST_TEST(field_of(f.server.requests[1], "Content-Length") == "-");
    BOOST_TEST(f.server.requests[2].starts_with("GET /d "));
}

BOOST_AUTO_TEST_CASE(another_origin_gets_no_credentials)
{
    fixture f({});
    scripted_server other(f.loop.context,
                          {{{status("307 Temporary Redirect", "Location: " + f.server.url("/back") + "\r\n")}}});
    f.server.add({{status("308 Permanent Redirect", "Location: " + other.url("/x") + "\r\n")}, then::keep});
    f.server.add({{ok("done")}, then::keep});
    request r(f.server.url(), verb::put, "body");
    for (const auto* name : {"Authorization", "Cookie", "X-Other"}) {
        BOOST_REQUIRE(r.headers.set(name, "secret").has_value());
    }
    BOOST_TEST(f.send(std::move(r)).body == "done");
    BOOST_TEST(field_of(f.server.requests[0], "Authorization") == "secret");
    for (const auto& request : {other.requests[0], f.server.requests[1]}) { // also without it after the redirect back
        BOOST_TEST(request.starts_with("PUT "));
        BOOST_TEST(request.ends_with("\r\n\r\nbody"));
        BOOST_TEST(field_of(request, "Authorization") == "-");
        BOOST_TEST(field_of(request, "Cookie") == "-");
        BOOST_TEST(field_of(request, "X-Other") == "secret");
    }
}

BOOST_AUTO_TEST_CASE(redirects_have_a_limit)
{
    std::vector<reply> replies(4, {{status("302 Found", "Location: /\r\n")}, then::keep});
    fixture f(replies);
    f.client = http({.max_redirects = 2});
    BOOST_TEST((f.get().error == errc::too_many_redirects));
    BOOST_TEST(f.server.requests.size() == 3U);
    f.client = http({.max_redirects = 0});
    BOOST_TEST(f.get().status == 302U);
}

BOOST_AUTO_TEST_CASE(a_redirect_without_location_is_a_response)
{
    fixture f({{{status("302 Found")}}, {{status("302 Found", "Location: http://\r\n")}}});
    BOOST_TEST(f.get().status == 302U);
    BOOST_TEST((f.get().error == errc::invalid_redirect));
}

BOOST_AUTO_TEST_CASE(errors_before_the_request)
{
    fixture f({});
    BOOST_TEST((f.send(request("nonsense")).error == errc::invalid_url));
    BOOST_TEST((f.send(request("https://127.0.0.1/")).error == errc::unsupported_scheme));
    const auto url = f.server.url();
    f.server.stop_listening();
    BOOST_TEST((f.send(request(url)).error == boost::asio::error::connection_refused));
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_respond_in_time)
{
    fixture f({{{}, then::hold}});
    pending p(f, request(f.server.url()));
    run_until(f.loop, [&] { return f.server.requests.size() == 1; });
    f.loop.timers.advance(29s);
    f.loop.turn();
    BOOST_TEST(!p.end.done);
    f.loop.timers.advance(2s);
    run_until(f.loop, [&] { return p.end.done && f.server.closed_by_peer == 1; });
    BOOST_TEST((p.out.error == boost::asio::error::timed_out));
}

BOOST_AUTO_TEST_CASE(a_body_that_makes_no_progress)
{
    fixture f({{{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"}, then::hold}});
    pending p(f, request(f.server.url()));
    run_until(f.loop, [&] { return p.out.status == 200; });
    f.loop.turn();
    f.loop.timers.advance(61s);
    run_until(f.loop, [&] { return p.end.done && f.server.closed_by_peer == 1; });
    BOOST_TEST((p.out.error == boost::asio::error::timed_out));
}

BOOST_AUTO_TEST_CASE(cancellation_closes_the_connection)
{
    fixture f({{{}, then::hold}, {{"HTTP/1.1 200 OK\r\n\r\nabc"}, then::hold}});
    {
        pending p(f, request(f.server.url()));
        run_until(f.loop, [&] { return f.server.requests.size() == 1; });
        p.cancel.emit(boost::asio::cancellation_type::terminal);
        run_until(f.loop, [&] { return p.end.done && f.server.closed_by_peer == 1; });
        BOOST_TEST(is_aborted(p.end));
    }
    pending p(f, request(f.server.url()));
    run_until(f.loop, [&] { return p.out.status == 200; });
    f.loop.turn();
    p.cancel.emit(boost::asio::cancellation_type::terminal);
    run_until(f.loop, [&] { return p.end.done && f.server.closed_by_peer == 2; });
    BOOST_TEST(is_aborted(p.end));
}

// AddressSanitizer and LeakSanitizer detect an error.
BOOST_AUTO_TEST_CASE(the_end_of_the_event_loop_leaves_nothing)
{
    http client;
    outcome out;
    manual_loop::outcome end;
    fixture f({{{ok("one")}, then::keep}, {{"HTTP/1.1 200 OK\r\n\r\nabc"}, then::hold}});
    f.client = client;
    BOOST_TEST(f.get().body == "one");
    f.loop.start(exchange(client, request(f.server.url()), out), end);
    run_until(f.loop, [&] { return out.status == 200; });
}

BOOST_AUTO_TEST_CASE(connections_in_use_have_a_limit)
{
    fixture f({{{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"}, then::hold}, {{ok("two")}, then::keep}});
    f.client = http({.max_connections_per_origin = 1});
    pending first(f, request(f.server.url()));
    run_until(f.loop, [&] { return first.out.status == 200; });
    pending second(f, request(f.server.url()));
    pending third(f, request(f.server.url()));
    f.loop.turn();
    BOOST_TEST(f.server.connections == 1);
    f.loop.timers.advance(11s); // connect_timeout
    run_until(f.loop, [&] { return second.end.done && third.end.done; });
    BOOST_TEST((second.out.error == boost::asio::error::timed_out));
    pending fourth(f, request(f.server.url()));
    f.server.send_to_held("b"); // the end of the first response
    run_until(f.loop, [&] { return fourth.end.done; });
    BOOST_TEST(first.out.body == "ab");
    BOOST_TEST(fourth.out.body == "two");
}

BOOST_AUTO_TEST_CASE(a_large_response_is_refused_by_read_all)
{
    fixture f({{{ok(std::string(1000, 'x'))}, then::keep}});
    run(f.loop, [](fixture& f) -> rill::awaitable<> {
        auto answer = co_await f.client.get(f.server.url());
        const auto body = co_await answer->read_all(999);
        BOOST_REQUIRE(!body.has_value());
        BOOST_TEST((body.error().code == errc::body_too_large));
    }(f));
}

BOOST_AUTO_TEST_CASE(an_early_response_to_a_large_body)
{
    fixture f({{{status("413 Content Too Large", "Connection: close\r\n")}, then::hold}});
    request r(f.server.url(), verb::post);
    int writes = 0;
    r.stream_body = [&writes](rill::client::body_writer& out) -> rill::awaitable<rill::result<void>> {
        const std::string piece(1000, 'x');
        auto wrote = co_await out.write(piece);
        ++writes;
        co_return wrote;
    };
    BOOST_TEST(f.send(std::move(r)).status == 413U);
    BOOST_TEST(writes == 1);
}

BOOST_AUTO_TEST_CASE(post_sets_the_content_type)
{
    fixture f({{{ok("done")}}});
    run(f.loop, [](fixture& f) -> rill::awaitable<> {
        auto answer = co_await f.client.post(f.server.url(), "{}", "application/json");
        BOOST_TEST(answer->status() == 200U);
        const auto wrong = co_await f.client.post(f.server.url(), "{}", "a\r\nb");
        BOOST_TEST((wrong.error().code == rill::error::invalid_header));
    }(f));
    BOOST_TEST(field_of(f.server.requests[0], "Content-Type") == "application/json");
}

// An awaitable starts when it is awaited. The options are those of the call.
BOOST_AUTO_TEST_CASE(a_client_need_not_outlive_its_requests)
{
    fixture f(std::vector<reply>(4, {{status("302 Found", "Location: /x\r\n")}, then::keep}));
    run(f.loop, [](fixture& f) -> rill::awaitable<> {
        const auto url = f.server.url();
        std::optional<http> client(http_options{.max_redirects = 0});
        auto got = client->get(url);
        auto posted = client->post(url, "{}", "application/json");
        auto sent = client->send(request(url));
        auto timed = client->send(request(url), {.response = 1h, .idle = 1h});
        client.emplace(http_options{.max_redirects = 1});
        const auto first = co_await std::move(got);
        BOOST_TEST(first->status() == 302U);
        const auto second = co_await std::move(posted);
        BOOST_TEST(second->status() == 302U);
        const auto third = co_await std::move(sent);
        BOOST_TEST(third->status() == 302U);
        const auto fourth = co_await std::move(timed);
        BOOST_TEST(fourth->status() == 302U);
    }(f));
    BOOST_TEST(f.server.requests.size() == 4U);
}

BOOST_AUTO_TEST_CASE(needs_an_event_loop_of_rill)
{
    boost::asio::thread_pool pool(1);
    outcome out;
    boost::asio::co_spawn(pool, exchange(http(), request("http://127.0.0.1:1/"), out), boost::asio::use_future).get();
    BOOST_TEST((out.error == rill::error::foreign_executor));
}

BOOST_AUTO_TEST_SUITE_END()
