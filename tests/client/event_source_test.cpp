#include <rill/client/event_source.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>

#include "scripted_server.hpp"

BOOST_AUTO_TEST_SUITE(event_source_test)

using namespace std::chrono_literals;
using namespace rill_test;
using rill::client::errc;
using rill::client::event;
using rill::client::event_source;
using rill::client::event_source_options;

namespace {

// A scripted server and a manual clock. The fixture records the reconnects of the source.
struct fixture
{
    explicit fixture(std::vector<reply> replies) : server(loop.context, std::move(replies)) {}

    event_source_options options(const std::string& target = "/")
    {
        event_source_options o{.url = server.url(target)};
        o.before_reconnect = [this](const rill::client::reconnect& r) { reconnects.push_back(r); };
        return o;
    }

    // Reads all events. Moves the clock when the source waits for a reconnect.
    std::vector<event> read_all(event_source& source)
    {
        std::vector<event> events;
        manual_loop::outcome end;
        loop.start(
            [](event_source& source, std::vector<event>& events) -> rill::awaitable<> {
                while (auto e = co_await source.next()) {
                    events.push_back(*e);
                }
            }(source, events),
            end);
        for (std::size_t waits = 0; !end.done; ++waits) {
            run_until(loop, [&] { return end.done || reconnects.size() > waits; });
            if (!end.done) {
                loop.turn();
                loop.timers.advance(reconnects.back().wait + 1ms);
            }
        }
        if (end.error) {
            std::rethrow_exception(end.error);
        }
        return events;
    }

    manual_loop loop;
    scripted_server server;
    std::vector<rill::client::reconnect> reconnects;
};

// Reads events until the source ends or the test ends.
struct pending
{
    pending(fixture& f, event_source& source) : f(f)
    {
        f.loop.start(
            [](event_source& source, std::vector<event>& events) -> rill::awaitable<> {
                while (auto e = co_await source.next()) {
                    events.push_back(*e);
                }
            }(source, events),
            end, cancel);
    }

    pending(const pending&) = delete;
    pending& operator=(const pending&) = delete;
    ~pending() // the source must outlive next()
    {
        if (!end.done) {
            cancel.emit(boost::asio::cancellation_type::terminal);
            run_until(f.loop, [this] { return end.done; });
        }
    }

    bool is_aborted() const
    {
        try {
            std::rethrow_exception(end.error);
        } catch (const boost::system::system_error& e) {
            return e.code() == boost::asio::error::operation_aborted;
        }
    }

    fixture& f;
    std::vector<event> events;
    manual_loop::outcome end;
    boost::asio::cancellation_signal cancel;
};

std::string data_of(const std::vector<event>& events)
{
    std::string all;
    for (const auto& e : events) {
        all += e.data + ' ';
    }
    return all;
}

const std::string finished = "HTTP/1.1 204 No Content\r\n\r\n";

} // namespace

BOOST_AUTO_TEST_CASE(reads_events_until_204_and_resumes_after_its_last_event)
{
    fixture f({{{stream_head + "id: 7\ndata: a\n\nda", "ta: b\n\ndata: lost"}},
               {{stream_head + "data: c\n\n"}},
               {{finished}}});
    event_source source(f.options("/x?y"));
    const auto events = f.read_all(source);
    BOOST_TEST(data_of(events) == "a b c ");
    BOOST_TEST(events.back().id == "7"); // the source keeps the id after the reconnect
    BOOST_REQUIRE(source.end().has_value());
    BOOST_TEST((source.end()->code == errc::finished));
    BOOST_TEST(source.status() == 204U);
    BOOST_REQUIRE_EQUAL(f.server.requests.size(), 3U);
    BOOST_TEST(f.server.requests[0].starts_with("GET /x?y HTTP/1.1\r\n"));
    BOOST_TEST(field_of(f.server.requests[0], "Accept") == "text/event-stream");
    BOOST_TEST(field_of(f.server.requests[0], "Cache-Control") == "no-cache");
    BOOST_TEST(field_of(f.server.requests[0], "Last-Event-ID") == "-");
    BOOST_TEST(field_of(f.server.requests[1], "Last-Event-ID") == "7");
    BOOST_TEST((f.reconnects.front().reason.code == errc::end_of_stream));
}

BOOST_AUTO_TEST_CASE(each_event_is_returned_when_it_arrives)
{
    fixture f({{{stream_head + "data: a\n\ndata: b\n\n"}, then::hold}});
    event_source source(f.options());
    pending p(f, source);
    run_until(f.loop, [&] { return p.events.size() == 2; });
    BOOST_TEST(source.is_open());
    BOOST_TEST(!p.end.done);
}

BOOST_AUTO_TEST_CASE(final_responses)
{
    struct row
    {
        std::string response;
        errc code;
    };
    for (const auto& [response, code] :
         {row{status("204 No Content"), errc::finished}, row{status("205 Reset Content"), errc::refused},
          row{status("201 Created"), errc::refused}, row{status("304 Not Modified"), errc::refused},
          row{status("400 Bad Request"), errc::refused}, row{status("401 Unauthorized"), errc::refused},
          row{status("404 Not Found"), errc::refused}, row{status("410 Gone"), errc::refused},
          row{status("302 Found"), errc::refused},
          row{status("302 Found", "Location: http://\r\n"), errc::invalid_redirect},
          row{status("302 Found", "Location: https://127.0.0.1/\r\n"), errc::unsupported_scheme},
          row{ok("data: a\n\n"), errc::not_an_event_stream},
          row{ok("data: a\n\n", "Content-Type: text/plain\r\n"), errc::not_an_event_stream},
          row{ok("data: a\n\n", "Content-Type: text/event-streamx\r\n"), errc::not_an_event_stream}})
    {
        fixture f({{{response}}, {{stream_head + "data: b\n\n"}}});
        event_source source(f.options());
        BOOST_TEST(f.read_all(source).empty());
        BOOST_TEST((source.end()->code == code), response);
        BOOST_TEST(f.server.requests.size() == 1U);
        BOOST_TEST(f.read_all(source).empty()); // also on the second call
    }
}

BOOST_AUTO_TEST_CASE(content_types_of_event_streams)
{
    for (const auto* type : {"text/event-stream", "Text/Event-Stream; charset=UTF-8", "text/event-stream;x=y"}) {
        fixture f({{{ok("data: a\n\n", "Content-Type: " + std::string(type) + "\r\n")}}, {{finished}}});
        event_source source(f.options());
        BOOST_TEST(data_of(f.read_all(source)) == "a ", type);
    }
}

BOOST_AUTO_TEST_CASE(temporary_failures_are_retried_with_growing_waits)
{
    fixture f({{{status("500 Internal Server Error")}},
               {{status("408 Request Timeout")}},
               {{status("503 Service Unavailable")}},
               {{}, then::reset},
               {{"nonsense\r\n\r\n"}},
               {{status("429 Too Many Requests")}},
               {{stream_head + "data: a\n\n"}},
               {{finished}}});
    auto o = f.options();
    o.max_backoff = 4s;
    event_source source(std::move(o));
    BOOST_TEST(data_of(f.read_all(source)) == "a ");
    BOOST_REQUIRE_EQUAL(f.reconnects.size(), 7U);
    std::size_t n = 0;
    for (const std::chrono::milliseconds expected : {1s, 2s, 4s, 4s, 4s, 4s, 1s}) { // an event resets the wait
        BOOST_TEST((f.reconnects[n].wait >= expected && f.reconnects[n].wait <= expected * 3 / 2), n);
        ++n;
    }
    BOOST_TEST(f.reconnects[5].failures == 6U);
    BOOST_TEST(f.reconnects[6].failures == 0U);
    BOOST_TEST((f.reconnects[0].reason.code == errc::unavailable));
    BOOST_TEST(f.reconnects[0].reason.message().starts_with("request " + f.server.url() + ": status 500"));
}

BOOST_AUTO_TEST_CASE(retry_after_is_honored)
{
    fixture f({{{status("503 Service Unavailable", "Retry-After: 120\r\n")}},
               {{status("429 Too Many Requests", "Retry-After: Wed, 01 Jan 2200 00:00:00 GMT\r\n")}},
               {{status("429 Too Many Requests", "Retry-After: soon\r\n")}},
               {{finished}}});
    event_source source(f.options());
    f.read_all(source);
    BOOST_REQUIRE_EQUAL(f.reconnects.size(), 3U);
    BOOST_TEST((f.reconnects[0].wait >= 120s && f.reconnects[0].wait <= 180s));
    BOOST_TEST((f.reconnects[1].wait >= 24h && f.reconnects[1].wait <= 36h));
    BOOST_TEST((f.reconnects[2].wait >= 4s && f.reconnects[2].wait <= 6s));
}

BOOST_AUTO_TEST_CASE(the_wait_is_not_shorter_than_planned)
{
    fixture f({{{status("503 Service Unavailable")}}, {{finished}}});
    event_source source(f.options());
    pending p(f, source);
    run_until(f.loop, [&] { return f.reconnects.size() == 1; });
    f.loop.turn();
    f.loop.timers.advance(f.reconnects[0].wait - 1ms);
    f.loop.turn();
    BOOST_TEST(f.server.connections == 1);
    f.loop.timers.advance(2ms);
    run_until(f.loop, [&] { return p.end.done; });
    BOOST_TEST(f.server.connections == 2);
}

BOOST_AUTO_TEST_CASE(the_server_sets_the_reconnection_time)
{
    fixture f({{{stream_head + "retry: 250\ndata: a\n\n"}}, {{stream_head + "retry: 90000\n"}}, {{finished}}});
    event_source source(f.options());
    f.read_all(source);
    BOOST_REQUIRE_EQUAL(f.reconnects.size(), 2U);
    BOOST_TEST((f.reconnects[0].wait >= 250ms && f.reconnects[0].wait <= 375ms));
    BOOST_TEST((f.reconnects[1].wait >= 90s && f.reconnects[1].wait <= 135s)); // it may exceed max_backoff
}

// If a server closes each stream without an event, the source must not reconnect every second.
BOOST_AUTO_TEST_CASE(streams_without_events_count_as_failures)
{
    fixture f({{{stream_head + ": hello\n\n"}}, {{stream_head}}, {{stream_head}}, {{finished}}});
    event_source source(f.options());
    f.read_all(source);
    BOOST_REQUIRE_EQUAL(f.reconnects.size(), 3U);
    BOOST_TEST((f.reconnects[2].wait >= 4s));
}

BOOST_AUTO_TEST_CASE(a_long_stream_without_events_does_not)
{
    fixture f({{{stream_head}, then::hold}});
    auto o = f.options();
    o.idle_timeout = 40s; // max_backoff is 30 s
    event_source source(std::move(o));
    pending p(f, source);
    run_until(f.loop, [&] { return source.is_open(); });
    f.loop.turn();
    f.loop.timers.advance(41s);
    run_until(f.loop, [&] { return f.reconnects.size() == 1; });
    BOOST_TEST(f.reconnects[0].failures == 0U);
    BOOST_TEST((f.reconnects[0].reason.code == boost::asio::error::timed_out));
}

BOOST_AUTO_TEST_CASE(heartbeats_keep_an_idle_stream_open)
{
    fixture f({{{stream_head}, then::hold}});
    event_source source(f.options());
    pending p(f, source);
    run_until(f.loop, [&] { return source.is_open(); });
    for (int i = 0; i < 5; ++i) {
        f.loop.turn(); // the client reads the bytes
        f.loop.timers.advance(50s);
        f.server.send_to_held(": still here\n\n");
    }
    BOOST_TEST(source.is_open());
    BOOST_TEST(f.reconnects.empty());
    f.loop.turn();
    f.loop.timers.advance(61s);
    run_until(f.loop, [&] { return f.reconnects.size() == 1; });
    BOOST_TEST(!source.is_open());
    run_until(f.loop, [&] { return f.server.closed_by_peer == 1; });
}

BOOST_AUTO_TEST_CASE(gives_up_after_the_maximum_number_of_attempts)
{
    fixture f(std::vector<reply>(3U, {{status("500 Internal Server Error")}}));
    auto o = f.options();
    o.max_attempts = 3;
    event_source source(std::move(o));
    f.read_all(source);
    BOOST_TEST((source.end()->code == errc::too_many_attempts));
    BOOST_TEST(f.server.requests.size() == 3U);
    BOOST_TEST(source.end()->where.find("status 500") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(events_above_the_limit_end_the_source)
{
    fixture f({{{stream_head + "id: 1\ndata: a\n\ndata: " + std::string(1000, 'x') + "\n\n"}}});
    auto o = f.options();
    o.limits.max_event_bytes = 100;
    event_source source(std::move(o));
    BOOST_TEST(data_of(f.read_all(source)) == "a ");
    BOOST_TEST((source.end()->code == rill::error::message_too_large));
    BOOST_TEST(source.last_event_id() == "1");
}

BOOST_AUTO_TEST_CASE(post_streams_send_their_body_and_headers_each_time)
{
    fixture f({{{stream_head + "id: 1\ndata: a\n\n"}}, {{finished}}});
    auto o = f.options();
    o.method = rill::verb::post;
    o.body = "{\"q\":1}";
    BOOST_REQUIRE(o.headers.set("Content-Type", "application/json").has_value());
    BOOST_REQUIRE(o.headers.set("Accept", "text/event-stream, */*").has_value());
    event_source source(std::move(o));
    f.read_all(source);
    for (const auto& r : f.server.requests) {
        BOOST_TEST(r.starts_with("POST / "));
        BOOST_TEST(r.ends_with("\r\n\r\n{\"q\":1}"));
        BOOST_TEST(field_of(r, "Content-Type") == "application/json");
        BOOST_TEST(field_of(r, "Accept") == "text/event-stream, */*");
    }
}

BOOST_AUTO_TEST_CASE(resumes_after_a_given_id)
{
    fixture f({{{stream_head + "data: a\n\n"}}, {{finished}}});
    auto o = f.options();
    o.last_event_id = "41";
    event_source source(std::move(o));
    BOOST_TEST(f.read_all(source).front().id == "41");
    BOOST_TEST(field_of(f.server.requests[0], "Last-Event-ID") == "41");
    BOOST_TEST(field_of(f.server.requests[1], "Last-Event-ID") == "41");
}

BOOST_AUTO_TEST_CASE(a_fresh_token_before_each_request)
{
    fixture f({{{status("503 Service Unavailable")}}, {{stream_head + "data: a\n\n"}}, {{finished}}});
    auto o = f.options();
    int tokens = 0;
    o.prepare = [&tokens](rill::client::request& r) -> rill::awaitable<rill::result<void>> {
        const auto ex = co_await boost::asio::this_coro::executor;
        co_await boost::asio::post(ex, boost::asio::use_awaitable); // e.g. a request to a server
        co_return r.headers.set("Authorization", "Bearer " + std::to_string(++tokens));
    };
    event_source source(std::move(o));
    f.read_all(source);
    BOOST_REQUIRE_EQUAL(f.server.requests.size(), 3U);
    BOOST_TEST(field_of(f.server.requests[0], "Authorization") == "Bearer 1");
    BOOST_TEST(field_of(f.server.requests[2], "Authorization") == "Bearer 3");
}

BOOST_AUTO_TEST_CASE(a_token_that_is_missing_is_a_failed_attempt)
{
    fixture f({{{finished}}});
    auto o = f.options();
    int calls = 0;
    o.prepare = [&calls](rill::client::request&) -> rill::result<void> {
        return ++calls == 1 ? tl::unexpected(rill::error_code(boost::asio::error::no_data)) : rill::result<void>();
    };
    event_source source(std::move(o));
    f.read_all(source);
    BOOST_TEST(calls == 2);
    BOOST_REQUIRE_EQUAL(f.reconnects.size(), 1U);
    BOOST_TEST((f.reconnects[0].reason.code == boost::asio::error::no_data));
    BOOST_TEST(f.server.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(credentials_stay_at_their_origin)
{
    fixture f({});
    scripted_server other(f.loop.context, {{{stream_head + "id: 1\ndata: a\n\n"}}, {{finished}}});
    for (int i = 0; i < 2; ++i) {
        f.server.add({{status("307 Temporary Redirect", "Location: " + other.url("/x") + "\r\n")}});
    }
    auto o = f.options();
    BOOST_REQUIRE(o.headers.set("Authorization", "secret").has_value());
    event_source source(std::move(o));
    BOOST_TEST(data_of(f.read_all(source)) == "a ");
    BOOST_REQUIRE_EQUAL(f.server.requests.size(), 2U); // each reconnect begins with the original URL
    for (std::size_t i = 0; i < 2; ++i) {
        BOOST_TEST(field_of(f.server.requests[i], "Authorization") == "secret");
        BOOST_TEST(field_of(other.requests[i], "Authorization") == "-");
    }
    BOOST_TEST(field_of(other.requests[1], "Last-Event-ID") == "1");
}

BOOST_AUTO_TEST_CASE(a_permanent_redirect_is_for_all_requests)
{
    for (const auto* code : {"301 Moved Permanently", "308 Permanent Redirect"}) {
        fixture f({{{status(code, "Location: /new\r\n")}},
                   {{stream_head + "data: a\n\n"}},
                   {{status(code, "Location: /newer\r\n")}},
                   {{stream_head + "data: b\n\n"}},
                   {{status("503 Service Unavailable")}},
                   {{finished}}});
        event_source source(f.options("/old"));
        BOOST_TEST(data_of(f.read_all(source)) == "a b ");
        BOOST_REQUIRE_EQUAL(f.server.requests.size(), 6U);
        const char* const targets[] = {"/old", "/new", "/new", "/newer", "/newer", "/newer"};
        for (std::size_t i = 0; i < 6; ++i) {
            BOOST_TEST(f.server.requests[i].starts_with(std::string("GET ") + targets[i] + " "));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_temporary_redirect_is_for_one_request)
{
    fixture f({{{status("308 Permanent Redirect", "Location: /new\r\n")}},
               {{status("307 Temporary Redirect", "Location: /now\r\n")}},
               {{status("308 Permanent Redirect", "Location: /now-new\r\n")}},
               {{stream_head + "data: a\n\n"}},
               {{finished}}});
    event_source source(f.options("/old"));
    BOOST_TEST(data_of(f.read_all(source)) == "a ");
    BOOST_REQUIRE_EQUAL(f.server.requests.size(), 5U);
    BOOST_TEST(f.server.requests[4].starts_with("GET /new "));
}

BOOST_AUTO_TEST_CASE(a_redirect_that_changes_the_method_is_for_one_request)
{
    fixture f(
        {{{status("301 Moved Permanently", "Location: /new\r\n")}}, {{stream_head + "data: a\n\n"}}, {{finished}}});
    auto o = f.options("/old");
    o.method = rill::verb::post;
    event_source source(std::move(o));
    f.read_all(source);
    BOOST_REQUIRE_EQUAL(f.server.requests.size(), 3U);
    BOOST_TEST(f.server.requests[1].starts_with("GET /new "));
    BOOST_TEST(f.server.requests[2].starts_with("POST /old "));
}

BOOST_AUTO_TEST_CASE(a_permanent_redirect_to_another_origin_gets_no_credentials)
{
    fixture f({});
    scripted_server other(f.loop.context, {{{stream_head + "id: 1\ndata: a\n\n"}}, {{finished}}});
    f.server.add({{status("308 Permanent Redirect", "Location: " + other.url("/x") + "\r\n")}});
    auto o = f.options();
    o.prepare = [](rill::client::request& r) { static_cast<void>(r.headers.set("Authorization", "secret")); };
    event_source source(std::move(o));
    BOOST_TEST(data_of(f.read_all(source)) == "a ");
    BOOST_TEST(f.server.requests.size() == 1U);
    BOOST_REQUIRE_EQUAL(other.requests.size(), 2U);
    BOOST_TEST(field_of(other.requests[1], "Authorization") == "-");
    BOOST_TEST(field_of(other.requests[1], "Last-Event-ID") == "1");
}

BOOST_AUTO_TEST_CASE(a_permanent_redirect_is_not_for_another_url_of_the_program)
{
    fixture f(
        {{{status("308 Permanent Redirect", "Location: /new\r\n")}}, {{stream_head + "data: a\n\n"}}, {{finished}}});
    auto o = f.options("/old");
    o.prepare = [&f, calls = 0](rill::client::request& r) mutable {
        if (++calls == 2) {
            r.url = f.server.url("/other");
        }
    };
    event_source source(std::move(o));
    f.read_all(source);
    BOOST_REQUIRE_EQUAL(f.server.requests.size(), 3U);
    BOOST_TEST(f.server.requests[2].starts_with("GET /other "));
}

BOOST_AUTO_TEST_CASE(the_program_may_change_the_wait_and_end_the_source)
{
    fixture f({{{status("500 Internal Server Error")}}, {{status("500 Internal Server Error")}}});
    auto o = f.options();
    int calls = 0;
    o.before_reconnect = [&calls](rill::client::reconnect& r) -> rill::result<void> {
        r.wait = 0ms;
        return ++calls == 2 ? tl::unexpected(make_error_code(errc::stopped)) : rill::result<void>();
    };
    event_source source(std::move(o));
    pending p(f, source);
    run_until(f.loop, [&] { return p.end.done; }); // does not move the clock
    BOOST_TEST((source.end()->code == errc::stopped));
    BOOST_TEST(f.server.requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(exceptions_of_the_program_leave_next)
{
    fixture f({});
    auto o = f.options();
    o.prepare = [](rill::client::request&) { throw std::runtime_error("no token"); };
    event_source source(std::move(o));
    BOOST_CHECK_THROW(f.read_all(source), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(cancellation_keeps_the_source_and_its_events)
{
    fixture f({{{stream_head + "data: a\n\ndata: b"}, then::hold}});
    event_source source(f.options());
    {
        pending p(f, source);
        run_until(f.loop, [&] { return p.events.size() == 1; });
        p.cancel.emit(boost::asio::cancellation_type::terminal);
        run_until(f.loop, [&] { return p.end.done; });
        BOOST_TEST(p.is_aborted());
    }
    f.loop.timers.advance(10min); // no deadline remains
    f.loop.turn();
    BOOST_TEST(source.is_open());
    f.server.send_to_held("\n\n");
    pending p(f, source);
    run_until(f.loop, [&] { return p.events.size() == 1; });
    BOOST_TEST(p.events.front().data == "b");
    BOOST_TEST(f.server.connections == 1);
}

BOOST_AUTO_TEST_CASE(cancellation_of_a_wait_does_not_begin_it_anew)
{
    fixture f({{{status("503 Service Unavailable", "Retry-After: 100\r\n")}}, {{finished}}});
    event_source source(f.options());
    {
        pending p(f, source);
        run_until(f.loop, [&] { return f.reconnects.size() == 1; });
        f.loop.turn();
        f.loop.timers.advance(99s);
        f.loop.turn();
        p.cancel.emit(boost::asio::cancellation_type::terminal);
        run_until(f.loop, [&] { return p.end.done; });
        BOOST_TEST(p.is_aborted());
    }
    f.loop.timers.advance(f.reconnects[0].wait - 99s);
    pending p(f, source);
    run_until(f.loop, [&] { return p.end.done; });
    BOOST_TEST((source.end()->code == errc::finished));
    BOOST_TEST(f.reconnects.size() == 1U);
}

BOOST_AUTO_TEST_CASE(destroying_the_source_closes_its_connection)
{
    fixture f({{{stream_head + "data: a\n\n"}, then::hold}});
    {
        event_source source(f.options());
        pending p(f, source);
        run_until(f.loop, [&] { return p.events.size() == 1; });
        p.cancel.emit(boost::asio::cancellation_type::terminal);
        run_until(f.loop, [&] { return p.end.done; });
        BOOST_TEST(f.server.closed_by_peer == 0);
    }
    run_until(f.loop, [&] { return f.server.closed_by_peer == 1; });
}

// An awaitable starts when it is awaited.
BOOST_AUTO_TEST_CASE(a_source_need_not_outlive_next)
{
    fixture f({{{stream_head + "data: a\n\ndata: b\n\n"}, then::hold}});
    run(f.loop, [](fixture& f) -> rill::awaitable<> {
        std::optional<event_source> source(f.options());
        auto first = source->next();
        event_source moved = std::move(*source);
        source.reset();
        const auto a = co_await std::move(first);
        BOOST_TEST(a->data == "a");
        source = std::move(moved);
        auto second = source->next();
        source.reset();
        const auto b = co_await std::move(second);
        BOOST_TEST(b->data == "b");
    }(f));
    run_until(f.loop, [&] { return f.server.closed_by_peer == 1; });
}

BOOST_AUTO_TEST_CASE(a_second_pending_next_throws)
{
    fixture f({{{stream_head}, then::hold}});
    event_source source(f.options());
    pending p(f, source);
    run_until(f.loop, [&] { return source.is_open(); });
    BOOST_CHECK_THROW(f.read_all(source), std::logic_error);
    f.server.send_to_held("data: a\n\n"); // the first next() is still valid
    run_until(f.loop, [&] { return p.events.size() == 1; });
    BOOST_TEST(p.events.front().data == "a");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_stream_differs_from_a_cut)
{
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    const std::string chunk = "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n";
    struct row
    {
        std::string response;
        errc code;
    };
    for (const auto& [response, code] :
         {row{head + chunk + "0\r\n\r\n", errc::end_of_stream},
          row{head + "Content-Length: 9\r\n\r\ndata: a\n\n", errc::end_of_stream},
          row{head + "\r\ndata: a\n\n", errc::end_of_stream}, // RFC 9112, section 8: the close is its end
          row{head + chunk, errc::connection_closed}, row{head + chunk + "5\r\nda", errc::connection_closed},
          row{head + "Content-Length: 10\r\n\r\ndata: a\n\n", errc::connection_closed}})
    {
        fixture f({{{response}}, {{finished}}});
        event_source source(f.options());
        BOOST_TEST(data_of(f.read_all(source)) == "a ");
        BOOST_REQUIRE_EQUAL(f.reconnects.size(), 1U);
        BOOST_TEST((f.reconnects.front().reason.code == code), response);
    }
}

BOOST_AUTO_TEST_CASE(refuses_an_id_that_no_header_can_contain)
{
    for (const auto* id : {"1\r\nX: y", "1\n", "1\r", "\x01"}) {
        BOOST_CHECK_EXCEPTION(event_source({.url = "http://127.0.0.1/", .last_event_id = id}), std::invalid_argument,
                              [](const std::invalid_argument& e) {
                                  return std::string(e.what()).starts_with("event_source: last_event_id = '");
                              });
    }
}

// AddressSanitizer and LeakSanitizer detect an error.
BOOST_AUTO_TEST_CASE(the_end_of_the_event_loop_leaves_nothing)
{
    std::string seen;
    manual_loop::outcome end;
    {
        fixture f({{{stream_head + "data: a\n\n"}, then::hold}});
        f.loop.start(
            [](event_source_options o, std::string& seen) -> rill::awaitable<> {
                event_source source(std::move(o));
                while (auto e = co_await source.next()) {
                    seen += e->data;
                }
            }(f.options(), seen),
            end);
        run_until(f.loop, [&] { return seen == "a"; });
    }
    BOOST_TEST(!end.done);
}

BOOST_AUTO_TEST_SUITE_END()
