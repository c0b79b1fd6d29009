#include <rill/sse/endpoint.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/core/interval.hpp>
#include <rill/http/make_handler.hpp>
#include <set>
#include <stdexcept>

#include "support/event_parser.hpp"
#include "support/fake_writer.hpp"
#include "support/manual_loop.hpp"
#include "support/run.hpp"

using namespace std::chrono_literals;
using namespace rill_test;
using rill::sse::endpoint;
using rill::sse::endpoint_options;
using rill::sse::event_stream;

BOOST_AUTO_TEST_SUITE(endpoint_test)

namespace {

rill::awaitable<> show_id(event_stream& stream)
{
    co_await stream.send(stream.last_event_id());
}

rill::response answer(const rill::handler& handle, rill::request r)
{
    return run(handle, r);
}

// The output of a stream until its end or its first wait.
struct played
{
    manual_loop loop;
    fake_writer out{loop.context};
    manual_loop::outcome end;

    explicit played(rill::response& r)
    {
        BOOST_REQUIRE(r.streams());
        loop.start(std::get<std::unique_ptr<rill::streaming_body>>(r.body())->start(out), end);
    }
};

std::string wire(rill::response r)
{
    return played(r).out.sent;
}

rill::request with_header(std::string target, std::string_view name, std::string_view value)
{
    rill::request r(rill::verb::get, std::move(target));
    BOOST_REQUIRE(r.fields().set(name, value).has_value());
    return r;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_response_is_an_event_stream_that_proxies_do_not_buffer)
{
    const auto r = answer(rill::make_handler(endpoint(show_id)), {rill::verb::get, "/"});
    BOOST_TEST((r.status() == rill::status::ok));
    BOOST_TEST(header(r, "Content-Type") == "text/event-stream");
    BOOST_TEST(header(r, "Cache-Control") == "no-cache, no-transform");
    BOOST_TEST(header(r, "X-Accel-Buffering") == "no");
    BOOST_TEST(r.streams());
}

BOOST_AUTO_TEST_CASE(route_needs_names_the_path_parameters)
{
    const auto in_room = [](event_stream&, rill::path<"room">, rill::query<"q">) -> rill::awaitable<> { co_return; };
    const rill::handler plain = endpoint(in_room);
    BOOST_TEST(plain.route_needs().path_parameters == std::vector<std::string>{"room"});
    BOOST_TEST(plain.route_needs().is_complete);
    const auto made = rill::make_handler(endpoint(in_room));
    BOOST_TEST(made.route_needs().path_parameters == std::vector<std::string>{"room"});
    const rill::handler asks =
        endpoint(in_room, {.finished = [](const rill::request&, std::string_view) { return false; }});
    BOOST_TEST(!asks.route_needs().is_complete);
    const rill::handler expires = endpoint(in_room, {.until = [](const rill::request&) { return std::nullopt; }});
    BOOST_TEST(!expires.route_needs().is_complete);
    const rill::handler tagged = endpoint(in_room, {.stream_tag = [](const rill::request&) { return "x"; }});
    BOOST_TEST(!tagged.route_needs().is_complete);
}

BOOST_AUTO_TEST_CASE(further_headers)
{
    const auto r =
        answer(rill::make_handler(endpoint(show_id, {.headers = {{"Access-Control-Allow-Origin", "*"}, {"X-A", "b"}}})),
               {rill::verb::get, "/"});
    BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "*");
    BOOST_TEST(header(r, "X-A") == "b");
}

BOOST_AUTO_TEST_CASE(a_bad_header_throws_at_setup)
{
    BOOST_CHECK_THROW(endpoint(show_id, {.headers = {{"X A", "b"}}}), std::invalid_argument);
    BOOST_CHECK_THROW(endpoint(show_id, {.headers = {{"X-A", "b\r\nX-B: c"}}}), std::invalid_argument);
    BOOST_CHECK_THROW(endpoint(show_id, {.headers = {{"", "b"}}}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(last_event_id_comes_from_the_header_or_else_from_the_query)
{
    const auto handle = rill::make_handler(endpoint(show_id));
    BOOST_TEST(wire(answer(handle, {rill::verb::get, "/"})) == "data: \n\n");
    BOOST_TEST(wire(answer(handle, with_header("/", "last-event-id", "7"))) == "data: 7\n\n");
    BOOST_TEST(wire(answer(handle, {rill::verb::get, "/?lastEventId=a%20b"})) == "data: a b\n\n");
    BOOST_TEST(wire(answer(handle, with_header("/?lastEventId=8", "Last-Event-ID", "7"))) == "data: 7\n\n");

    const auto renamed = rill::make_handler(endpoint(show_id, {.last_event_id_parameter = "since"}));
    BOOST_TEST(wire(answer(renamed, {rill::verb::get, "/?since=3&lastEventId=8"})) == "data: 3\n\n");
}

BOOST_AUTO_TEST_CASE(finished_streams_are_answered_with_204)
{
    std::string seen;
    const auto handle =
        rill::make_handler(endpoint(show_id, {.finished = [&](const rill::request& r, std::string_view id) {
                                        seen = std::string(r.path()) + " " + std::string(id);
                                        return id == "end";
                                    }}));
    const auto over = answer(handle, with_header("/x", "Last-Event-ID", "end"));
    BOOST_TEST((over.status() == rill::status::no_content));
    BOOST_TEST(!over.streams());
    BOOST_TEST(seen == "/x end");
    BOOST_TEST(answer(handle, {rill::verb::get, "/x"}).streams());
    BOOST_TEST(seen == "/x ");
}

BOOST_AUTO_TEST_CASE(extractors_are_resolved_before_the_stream)
{
    bool ran = false;
    const auto count = [&ran](event_stream& stream, rill::query<"n", int> n) -> rill::awaitable<> {
        ran = true;
        co_await stream.send(std::to_string(n.value));
    };
    const auto handle = rill::make_handler(endpoint(count));
    for (const auto* target : {"/", "/?n=", "/?n=x"}) {
        const auto r = answer(handle, {rill::verb::get, target});
        BOOST_TEST((r.status() == rill::status::bad_request));
        BOOST_TEST(!r.streams());
    }
    BOOST_TEST(!ran);
    auto good = answer(handle, {rill::verb::get, "/?n=12"});
    BOOST_TEST(!ran); // the handler runs when the body begins
    BOOST_TEST(wire(std::move(good)) == "data: 12\n\n");
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(retry_is_sent_first)
{
    const auto handle = rill::make_handler(endpoint(show_id, {.retry = 1500ms, .retry_jitter = 0ms}));
    BOOST_TEST(wire(answer(handle, {rill::verb::get, "/?lastEventId=x"})) == "retry: 1500\n\ndata: x\n\n");
}

BOOST_AUTO_TEST_CASE(the_maximum_times_do_not_overflow)
{
    const auto first_line = [](const endpoint_options& options) {
        return wire(answer(rill::make_handler(endpoint(show_id, options)), {rill::verb::get, "/"})).substr(0, 18);
    };
    for (const auto jitter : {std::optional<std::chrono::milliseconds>(), std::optional(0ms),
                              std::optional(std::chrono::milliseconds::max())})
    {
        BOOST_TEST(first_line({.retry = std::chrono::milliseconds::max(), .retry_jitter = jitter}) ==
                   "retry: 2147483647\n");
    }
    const auto full =
        rill::make_handler(endpoint(show_id, {.max_streams = 1, .retry_after = std::chrono::milliseconds::max()}));
    const auto first = answer(full, {rill::verb::get, "/"});
    BOOST_TEST(header(answer(full, {rill::verb::get, "/"}), "Retry-After") == "2147484");
}

BOOST_AUTO_TEST_CASE(every_stream_has_its_own_retry)
{
    const auto retries = [](const endpoint_options& options) {
        const auto handle = rill::make_handler(endpoint(show_id, options));
        std::set<int> different;
        for (int i = 0; i < 100; ++i) {
            const auto sent = wire(answer(handle, {rill::verb::get, "/"}));
            BOOST_REQUIRE(sent.starts_with("retry: "));
            different.insert(std::stoi(sent.substr(7)));
        }
        return different;
    };
    const auto own = retries({.retry = 2000ms, .retry_jitter = 4000ms});
    BOOST_TEST(own.size() == 100U);
    BOOST_TEST(*own.begin() >= 2000);
    BOOST_TEST(*own.begin() < 2200); // the values cover the whole range
    BOOST_TEST(*own.rbegin() > 5800);
    BOOST_TEST(*own.rbegin() <= 6000);
    const auto by_default = retries({.retry = 2000ms});
    BOOST_TEST(by_default.size() == 100U);
    BOOST_TEST(*by_default.rbegin() <= 3000);
}

BOOST_AUTO_TEST_CASE(max_streams_limits_the_streams_of_a_route)
{
    const auto handle = rill::make_handler(endpoint(show_id, {.max_streams = 2}));
    const auto ask = [&] { return answer(handle, {rill::verb::get, "/"}); };
    auto first = ask();
    {
        const auto second = ask();
        BOOST_TEST(second.streams());
        const auto third = ask();
        BOOST_TEST(!third.streams());
        BOOST_TEST((third.status() == rill::status::service_unavailable));
        BOOST_TEST(third.closes_connection());
    }
    BOOST_TEST(ask().streams()); // its body is destroyed before it begins, which releases its slot
    BOOST_TEST(wire(std::move(first)).starts_with("data:"));
    BOOST_TEST(ask().streams());
}

BOOST_AUTO_TEST_CASE(bad_times_are_refused_with_their_names)
{
    const auto refused = [](const endpoint_options& options, const std::string& why) {
        BOOST_CHECK_EXCEPTION(endpoint(show_id, options), std::invalid_argument,
                              [&](const std::invalid_argument& e) { return e.what() == why; });
    };
    refused({.heartbeat = -1ms}, "sse::endpoint: heartbeat = -1 ms: must be 0 or more");
    refused({.retry = -2ms}, "sse::endpoint: retry = -2 ms: must be 0 or more");
    refused({.retry = 1ms, .retry_jitter = -3ms}, "sse::endpoint: retry_jitter = -3 ms: must be 0 or more");
    refused({.write_timeout = -4ms}, "sse::endpoint: write_timeout = -4 ms: must be 0 or more");
    refused({.retry_after = -5ms}, "sse::endpoint: retry_after = -5 ms: must be 0 or more");
}

BOOST_AUTO_TEST_CASE(the_options_reach_the_connection)
{
    const auto handle = rill::make_handler(
        endpoint(show_id, {.heartbeat = 7s, .write_timeout = 9s, .farewell = ": bye\n\n", .finish_on_shutdown = true}));
    auto r = answer(handle, {rill::verb::get, "/"});
    const played p(r);
    BOOST_REQUIRE(p.out.used_policy != nullptr);
    BOOST_TEST((p.out.used_policy->heartbeat == 7s));
    BOOST_TEST((p.out.used_policy->write_timeout == 9s));
    BOOST_TEST(p.out.used_policy->farewell == ": bye\n\n");
    BOOST_TEST(p.out.used_policy->finish_on_shutdown);
    BOOST_TEST(p.out.used_policy->filler == ":\n\n"); // a comment: proxies see it, the page does not

    auto defaults = answer(rill::make_handler(endpoint(show_id)), {rill::verb::get, "/"});
    const played d(defaults);
    BOOST_TEST((d.out.used_policy->heartbeat == 30s));
    BOOST_TEST((d.out.used_policy->write_timeout == 5s));
    BOOST_TEST(!d.out.used_policy->finish_on_shutdown);
}

BOOST_AUTO_TEST_CASE(a_heartbeat_may_be_an_event_that_a_page_sees)
{
    auto r = answer(rill::make_handler(endpoint(show_id, {.heartbeat_event = "heartbeat"})), {rill::verb::get, "/"});
    const played p(r);
    const std::string before = "id: 7\ndata: x\n\n";
    const auto seen = parse_events(before + p.out.used_policy->filler);
    BOOST_REQUIRE(seen.events.size() == 2U);
    BOOST_TEST((seen.events[1] == parsed_event{"", "heartbeat", "7"})); // the id stays
    BOOST_TEST(seen.ended);
    for (const auto& bad : {std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3), std::string("\xff")}) {
        const auto why = "sse::endpoint: heartbeat_event = '" + std::string(bad.size() == 1 ? "?" : "a?b") +
                         "': must be UTF-8 without CR, LF and NUL";
        BOOST_CHECK_EXCEPTION(endpoint(show_id, {.heartbeat_event = bad}), std::invalid_argument,
                              [&](const std::invalid_argument& e) { return e.what() == why; });
    }
}

BOOST_AUTO_TEST_CASE(an_encoded_event_must_end_with_an_empty_line)
{
    for (const auto* good : {"", ": bye\n\n", "retry: 3000\n\n", "data: x\r\n\r\n", "data: x\r\r", "data: x\n\r\n"}) {
        BOOST_CHECK_NO_THROW(endpoint(show_id, {.farewell = good, .until_event = good}));
    }
    for (const auto* bad : {"bye", "data: x\n", "data: x\r\n", "\n", "data: x\n\n "}) {
        BOOST_CHECK_THROW(endpoint(show_id, {.farewell = bad}), std::invalid_argument);
    }
    BOOST_CHECK_EXCEPTION(endpoint(show_id, {.until_event = "data: x\n"}), std::invalid_argument, [](const auto& e) {
        return std::string(e.what()) ==
               "sse::endpoint: until_event = 'data: x?': must be empty or end with an empty line";
    });
}

BOOST_AUTO_TEST_CASE(a_deadline_and_a_tag_are_noted_for_the_connection)
{
    const auto token_end = std::chrono::system_clock::now() + 1h;
    const auto handle = rill::make_handler(endpoint(
        show_id, {.until = [&](const rill::request&) { return token_end; },
                  .until_event = "event: expired\ndata:\n\n",
                  .stream_tag = [](const rill::request& r) { return r.query_parameter("user").value_or(""); }}));
    rill::request ada(rill::verb::get, "/?user=ada");
    ada.set_attribute(rill::stream_tag("from middleware"));
    auto r = run(handle, ada);
    BOOST_REQUIRE(ada.attribute<rill::stream_tag>() != nullptr);
    BOOST_TEST(ada.attribute<rill::stream_tag>()->text() == "ada");
    BOOST_REQUIRE(ada.attribute<rill::detail::stream_deadline>() != nullptr);
    BOOST_TEST((ada.attribute<rill::detail::stream_deadline>()->when == token_end));
    const played p(r);
    BOOST_TEST(p.out.used_policy->until_event == "event: expired\ndata:\n\n");

    rill::request nobody(rill::verb::get, "/");
    nobody.set_attribute(rill::stream_tag("from middleware"));
    const auto second = run(handle, nobody);
    BOOST_TEST(nobody.attribute<rill::stream_tag>()->text() == "from middleware");

    const auto endless =
        rill::make_handler(endpoint(show_id, {.until = [](const rill::request&) { return std::nullopt; }}));
    rill::request plain(rill::verb::get, "/");
    BOOST_TEST(run(endless, plain).streams());
    BOOST_TEST(plain.attribute<rill::stream_tag>() == nullptr);
    BOOST_TEST(plain.attribute<rill::detail::stream_deadline>() == nullptr);
}

BOOST_AUTO_TEST_CASE(after_its_deadline_a_stream_does_not_begin)
{
    bool ran = false;
    const auto handler = [&ran](event_stream&) -> rill::awaitable<> {
        ran = true;
        co_return;
    };
    auto end = std::chrono::system_clock::time_point::min();
    const auto handle = rill::make_handler(endpoint(handler, {.retry = 1500ms,
                                                              .retry_jitter = 0ms,
                                                              .max_streams = 1,
                                                              .headers = {{"X-A", "b"}},
                                                              .until = [&](const rill::request&) { return end; },
                                                              .until_event = "event: expired\ndata:\n\n"}));
    for (int i = 0; i < 2; ++i) { // it takes no slot
        const auto r = answer(handle, {rill::verb::get, "/"});
        BOOST_TEST((r.status() == rill::status::ok));
        BOOST_TEST(!r.streams());
        BOOST_TEST(header(r, "Content-Type") == "text/event-stream");
        BOOST_TEST(header(r, "X-A") == "b");
        BOOST_TEST(text(r) == "retry: 1500\n\nevent: expired\ndata:\n\n");
        end = std::chrono::system_clock::now();
    }
    BOOST_TEST(!ran);
    end = std::chrono::system_clock::time_point::max();
    auto r = answer(handle, {rill::verb::get, "/"});
    const played p(r);
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(each_stream_has_its_own_state)
{
    const auto handle = rill::make_handler(endpoint(show_id));
    auto a = answer(handle, {rill::verb::get, "/?lastEventId=a"});
    auto b = answer(handle, {rill::verb::get, "/?lastEventId=b"});
    BOOST_TEST(wire(std::move(b)) == "data: b\n\n");
    BOOST_TEST(wire(std::move(a)) == "data: a\n\n");
}

BOOST_AUTO_TEST_CASE(a_handler_may_be_a_member_function)
{
    struct clock
    {
        std::string prefix = "t";
        rill::awaitable<> serve(event_stream& stream, rill::query<"n", int> n)
        {
            co_await stream.send(prefix + std::to_string(n.value));
        }
    } object;
    const auto handle = rill::make_handler(endpoint(&clock::serve, object));
    BOOST_TEST(wire(answer(handle, {rill::verb::get, "/?n=4"})) == "data: t4\n\n");
}

BOOST_AUTO_TEST_CASE(a_member_function_may_be_const_noexcept_and_inherited)
{
    struct clock
    {
        std::string prefix = "t";
        rill::awaitable<> show(event_stream& stream) const { co_await stream.send(prefix); }
        rill::awaitable<> quiet(event_stream& stream) const noexcept { co_await stream.send(prefix + "q"); }
        rill::awaitable<> of_lvalue(event_stream& stream) const& { co_await stream.send(prefix + "l"); }
    };
    struct wall_clock : clock
    {};
    const clock object;
    wall_clock derived;
    const auto wire_of = [](auto e) { return wire(answer(rill::make_handler(std::move(e)), {rill::verb::get, "/"})); };
    BOOST_TEST(wire_of(endpoint(&clock::show, object)) == "data: t\n\n");
    BOOST_TEST(wire_of(endpoint(&clock::quiet, object)) == "data: tq\n\n");
    BOOST_TEST(wire_of(endpoint(&clock::of_lvalue, object)) == "data: tl\n\n");
    BOOST_TEST(wire_of(endpoint(&clock::show, derived)) == "data: t\n\n");
    BOOST_TEST(wire_of(endpoint(&clock::show, &derived)) == "data: t\n\n");
    BOOST_TEST(wire_of(endpoint(&wall_clock::quiet, derived, {.retry = 1s, .retry_jitter = 0s})) ==
               "retry: 1000\n\ndata: tq\n\n");
}

BOOST_AUTO_TEST_CASE(a_stream_keeps_the_shared_object_of_its_member_function)
{
    struct clock
    {
        std::string prefix = "t";
        rill::awaitable<> serve(event_stream& stream, rill::query<"n", int> n)
        {
            co_await rill::sleep_for(1s);
            co_await stream.send(prefix + std::to_string(n.value));
        }
    };
    auto object = std::make_shared<clock>();
    const std::weak_ptr<clock> seen = object;
    auto handle = rill::make_handler(endpoint(&clock::serve, std::move(object)));
    auto r = answer(handle, {rill::verb::get, "/?n=4"});
    handle = rill::handler();
    {
        played p(r);
        BOOST_TEST(!seen.expired());
        p.loop.pass(1100ms);
        BOOST_TEST(p.out.sent == "data: t4\n\n");
        r = {};
    }
    BOOST_TEST(seen.expired());
}

BOOST_AUTO_TEST_CASE(an_endpoint_may_be_made_and_called_in_one_co_await_expression)
{
    // If the options were a default argument, g++ 12 would destroy their strings twice.
    const rill::handler either = [](rill::request& r) -> rill::awaitable<rill::response> {
        co_return co_await endpoint(show_id)(r);
    };
    BOOST_TEST(wire(answer(either, with_header("/", "Last-Event-ID", "7"))) == "data: 7\n\n");
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_handler_ends_its_stream)
{
    const auto bad = [](event_stream& stream) -> rill::awaitable<> {
        co_await stream.send("before");
        throw std::runtime_error("from the handler");
    };
    auto r = answer(rill::make_handler(endpoint(bad)), {rill::verb::get, "/"});
    const played p(r);
    BOOST_TEST(p.out.sent == "data: before\n\n");
    BOOST_REQUIRE(p.end.done);
    BOOST_CHECK_THROW(std::rethrow_exception(p.end.error), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(every_response_has_the_headers)
{
    const auto needs_n = [](event_stream& stream, rill::query<"n", int>) -> rill::awaitable<> {
        co_await stream.send("x");
    };
    const auto handle = rill::make_handler(
        endpoint(needs_n, {.max_streams = 1,
                           .headers = {{"Access-Control-Allow-Origin", "*"}, {"Link", "<a>"}, {"Link", "<b>"}},
                           .finished = [](const rill::request&, std::string_view id) { return id == "end"; }}));
    const auto there = answer(handle, {rill::verb::get, "/?n=1"});
    BOOST_TEST(there.streams());
    const auto expect = [&](const rill::response& r, rill::status status, std::string_view type) {
        BOOST_TEST((r.status() == status));
        BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "*");
        BOOST_TEST(r.fields().values("Link").size() == 2U);
        BOOST_TEST(header(r, "Content-Type") == type);
    };
    expect(there, rill::status::ok, "text/event-stream");
    expect(answer(handle, {rill::verb::get, "/"}), rill::status::bad_request, "application/problem+json");
    expect(answer(handle, {rill::verb::get, "/?n=1&lastEventId=end"}), rill::status::no_content, "(none)");
    expect(answer(handle, {rill::verb::get, "/?n=1"}), rill::status::service_unavailable, "application/problem+json");
}

BOOST_AUTO_TEST_CASE(repeated_headers)
{
    const auto handle =
        rill::make_handler(endpoint(show_id, {.headers = {{"Link", "<a>"},
                                                          {"Content-Security-Policy", "default-src 'self'"},
                                                          {"link", "<b>"},
                                                          {"Content-Security-Policy", "img-src *"},
                                                          {"Set-Cookie", "a=1"},
                                                          {"Set-Cookie", "b=2"},
                                                          {"cache-control", "no-store"},
                                                          {"X-Accel-Buffering", "yes"},
                                                          {"Content-Type", "text/event-stream; charset=utf-8"}}}));
    const auto r = answer(handle, {rill::verb::get, "/"});
    using values = std::vector<std::string_view>;
    BOOST_TEST((r.fields().values("Link") == values{"<a>", "<b>"}));
    BOOST_TEST((r.fields().values("Content-Security-Policy") == values{"default-src 'self'", "img-src *"}));
    BOOST_TEST((r.fields().values("Set-Cookie") == values{"a=1", "b=2"}));
    BOOST_TEST((r.fields().values("Cache-Control") == values{"no-store"})); // replaces the default value of the stream
    BOOST_TEST((r.fields().values("X-Accel-Buffering") == values{"yes"}));
    BOOST_TEST((r.fields().values("Content-Type") == values{"text/event-stream; charset=utf-8"}));
}

BOOST_AUTO_TEST_CASE(an_event_stream_type_with_parameters_is_refused_as_an_event_stream)
{
    for (const auto* type : {"text/event-stream; charset=utf-8", "Text/Event-Stream", "text/event-stream ;x=\";\""}) {
        const auto handle = rill::make_handler(endpoint(
            show_id, {.max_streams = 1, .refusal = rill::refusal::retry_event, .headers = {{"Content-Type", type}}}));
        const auto there = answer(handle, {rill::verb::get, "/"});
        const auto refused = answer(handle, {rill::verb::get, "/"});
        BOOST_TEST((refused.status() == rill::status::ok));
        BOOST_TEST(text(refused).starts_with("retry: "));
    }
}

namespace {

rill::awaitable<rill::response> mark(rill::request& r, const rill::handler& next)
{
    auto given = co_await next(r);
    given.set_header("X-Marked", "yes");
    co_return given;
}

} // namespace

BOOST_AUTO_TEST_CASE(cors_applies_to_all_responses)
{
    const auto handle = rill::make_handler(
        endpoint(show_id, {.max_streams = 1, .cors = mark, .finished = [](const rill::request&, std::string_view id) {
                               return id == "end";
                           }}));
    BOOST_TEST(handle.cors() != nullptr);
    auto there = answer(handle, {rill::verb::get, "/?lastEventId=7"});
    const auto over = answer(handle, {rill::verb::get, "/?lastEventId=end"});
    const auto refused = answer(handle, {rill::verb::get, "/"});
    BOOST_TEST((over.status() == rill::status::no_content));
    BOOST_TEST((refused.status() == rill::status::service_unavailable));
    for (const rill::response* r : std::initializer_list<const rill::response*>{&there, &over, &refused}) {
        BOOST_TEST(header(*r, "X-Marked") == "yes");
    }
    BOOST_TEST(wire(std::move(there)) == "data: 7\n\n");
    BOOST_TEST(rill::make_handler(endpoint(show_id)).cors() == nullptr);
}

// The stream must own its state, because an endpoint for one request is destroyed before the stream ends.
BOOST_AUTO_TEST_CASE(an_endpoint_with_cors_may_be_made_for_one_request)
{
    const rill::handler either = [](rill::request& r) -> rill::awaitable<rill::response> {
        const rill::handler once = endpoint(show_id, {.cors = mark});
        return once(r);
    };
    BOOST_TEST(wire(answer(either, with_header("/", "Last-Event-ID", "7"))) == "data: 7\n\n");
}

BOOST_AUTO_TEST_SUITE_END()
