// Streams that end_streams() or a deadline ends.

#include "transport/http1_revocation.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <rill/core/as_expected.hpp>
#include <rill/core/interval.hpp>

#include "support/counted.hpp"
#include "transport/stage.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::response_writer;
using rill::stream_info;

BOOST_AUTO_TEST_SUITE(http1_revocation_test)

namespace {

constexpr std::string_view last_chunk = "\r\n0\r\n\r\n";

bool every(const stream_info&)
{
    return true;
}

rill::awaitable<> stays(response_writer& out)
{
    counted here;
    co_await out.write("begun");
    co_await rill::sleep_for(1h);
}

// A body without a coroutine.
rill::awaitable<> pushed(response_writer& out)
{
    rill::detail::stream_writer::of(out).put("begun");
    return {};
}

/// The tag and the deadline of a stream come from its query: ?tag=ada&s=5.
struct streams : stage
{
    loopback pair;
    rill::stream_policy policy{.farewell = "bye", .until_event = "late"};
    std::string content_type = "text/event-stream";
    response_writer* writer = nullptr; // of the last stream
    int answered = 0;

    explicit streams(rill::function_body::function produce = stays)
        : stage([this, produce = std::move(produce)](rill::request& r) { return answer(r, produce); })
    {
        worker.timers.use_manual_clock();
    }

    rill::awaitable<rill::response> answer(rill::request& r, rill::function_body::function produce)
    {
        r.set_route("/rows/{id}");
        if (const auto tag = r.query_parameter("tag")) {
            r.set_attribute(rill::stream_tag(*tag));
        }
        if (const auto seconds = r.query_parameter("s")) {
            const auto end = std::chrono::system_clock::now() + std::chrono::seconds(std::stoi(*seconds));
            r.set_attribute(rill::detail::stream_deadline{end});
        }
        if (r.path() == "/later" || r.path() == "/text") {
            co_await rill::sleep_for(1s);
        }
        ++answered;
        if (r.path() == "/text") {
            co_return rill::response::text("a text");
        }
        auto stream = rill::response::stream([this, produce](response_writer& out) {
            writer = &out;
            out.set_policy(policy);
            return produce(out);
        });
        co_return std::move(stream.set_header("Content-Type", content_type));
    }

    void open(std::string_view request)
    {
        accept(pair);
        pair.client_sends(request);
        run_until_received(pair, "begun");
    }

    std::size_t revoke(const rill::stream_predicate& which = every, close_reason reason = close_reason::revoked)
    {
        return worker.end_streams(which, reason);
    }

    bool has_closed_with(close_reason reason) { return closed == std::vector{reason}; }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_revoked_stream_ends_without_a_further_byte_of_its_body)
{
    for (const bool has_coroutine : {true, false}) {
        streams s(has_coroutine ? stays : pushed);
        s.open(get("/"));
        BOOST_TEST(s.revoke() == 1U);
        BOOST_TEST(s.revoke() == 0U); // it ends already
        BOOST_CHECK(rill::detail::stream_writer::of(*s.writer).put("x") == rill::detail::write_state::closed);
        const auto all = s.run_until_end(s.pair);
        BOOST_TEST(all.text == "0\r\n\r\n"); // an EventSource reconnects
        BOOST_TEST(!all.reset);
        BOOST_TEST(s.has_closed_with(close_reason::revoked));
        BOOST_TEST(counted::alive() == 0);
        s.pair.close_client();
        s.run_until_gone();
    }
}

BOOST_AUTO_TEST_CASE(a_part_of_another_body_does_not_look_like_the_whole_one)
{
    struct way
    {
        std::string request;
        const char* type;
        bool reset;
    };
    const std::string post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    for (const auto reason : {close_reason::revoked, close_reason::expired}) {
        for (const auto& w : {way{post, "text/event-stream", false}, way{get("/"), "text/csv", false},
                              way{"GET / HTTP/1.0\r\n\r\n", "text/csv", true}})
        {
            streams s;
            s.policy = {};
            s.content_type = w.type;
            s.open(w.request);
            BOOST_TEST(s.revoke(every, reason) == 1U);
            const auto all = s.run_until_end(s.pair);
            BOOST_TEST(all.text == "");
            BOOST_TEST(all.reset == w.reset);
            BOOST_TEST(s.has_closed_with(reason));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_predicate_sees_what_the_observer_and_the_handler_have_set)
{
    streams s([](response_writer& out) {
        out.set_tag("eve");
        return stays(out);
    });
    std::uint64_t id = 0;
    s.events.on_stream_opened = [&](const auto& stream) { id = stream.id; };
    s.open(get("/?tag=ada"));
    loopback idle;
    s.accept(idle); // has sent nothing
    s.turn();
    int seen = 0;
    BOOST_TEST(s.revoke([&](const stream_info& stream) {
        ++seen;
        BOOST_TEST(stream.id == id);
        BOOST_TEST(stream.route == "/rows/{id}");
        BOOST_TEST(stream.address() == "127.0.0.1");
        BOOST_TEST(stream.tag == "eve"); // the handler's replaces that of the request
        return false;
    }) == 0U);
    BOOST_TEST(seen == 1);
    std::vector<rill::transport::stream_report> reports;
    s.worker.report_streams(reports, 1);
    BOOST_REQUIRE(reports.size() == 1U);
    BOOST_TEST(reports[0].tag == "eve");
    s.writer->set_tag("");
    s.revoke([](const stream_info& stream) {
        BOOST_TEST(stream.tag == "");
        return false;
    });
    BOOST_TEST(s.closed.empty());
    s.pair.close_client();
    s.run_until([&] { return s.has_closed_with(close_reason::peer_closed); });
}

BOOST_AUTO_TEST_CASE(only_a_stream_with_a_tag_or_a_deadline_has_an_entry_and_only_while_it_lasts)
{
    int count = 0;
    streams s([&count](response_writer& out) {
        ++count;
        return count == 3 ? stays(out) : pushed(out);
    });
    s.open(get("/"));
    s.writer->set_tag("");
    BOOST_TEST(s.worker.extras.size() == 0U);
    s.writer->end(close_reason::handler_returned);
    s.pair.client_sends(get("/?tag=ada&s=60"));
    s.run_until_received(s.pair, "begun");
    BOOST_TEST(s.worker.extras.size() == 1U);
    s.writer->end(close_reason::handler_returned);
    s.pair.client_sends(get("/")); // on the same connection
    s.run_until_received(s.pair, "begun");
    BOOST_TEST(s.worker.extras.size() == 0U);
    BOOST_TEST(s.revoke([](const stream_info& stream) { return stream.tag == "ada"; }) == 0U);
    s.pass(2min); // the deadline was that of the stream before
    BOOST_TEST(s.closed.size() == 2U);
    s.writer->set_tag("bob");
    BOOST_TEST(s.worker.extras.size() == 1U);
    s.pair.reset_client();
    s.run_until_gone();
    BOOST_TEST(s.worker.extras.size() == 0U);
}

// What is queued was meant for a client that had access then.
BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_reset_and_gets_no_queued_event)
{
    for (const bool has_coroutine : {true, false}) {
        streams s([=](response_writer& out) { return has_coroutine ? stays(out) : pushed(out); });
        narrow(s.pair);
        s.open(get("/"));
        rill::detail::stream_writer::of(*s.writer).put(much());
        rill::detail::stream_writer::of(*s.writer).put("the queued event");
        s.turn();
        BOOST_TEST(s.worker.stats.blocked == 1U);
        BOOST_TEST(s.revoke() == 1U);
        const auto all = s.run_until_end(s.pair);
        BOOST_TEST(all.reset);
        BOOST_TEST(all.text.find("queued") == all.text.npos);
        BOOST_TEST(s.has_closed_with(close_reason::revoked));
        BOOST_TEST(s.worker.connections() == 0U);
        BOOST_TEST(s.shared_capacity.queued_bytes == 0U);
    }
}

// Such a handler ends later. Until then its client could read what is queued.
BOOST_AUTO_TEST_CASE(a_handler_that_ignores_its_cancellation_sends_nothing_either)
{
    streams s([](response_writer& out) -> rill::awaitable<> {
        counted here;
        co_await out.write("begun");
        co_await rill::asio::this_coro::reset_cancellation_state(rill::asio::disable_cancellation());
        const auto first = co_await out.write(much(), rill::as_expected);
        BOOST_TEST(!first.has_value());
        const auto second = co_await out.write("x", rill::as_expected);
        BOOST_TEST(!second.has_value());
    });
    narrow(s.pair);
    s.open(get("/"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    BOOST_TEST(s.revoke() == 1U);
    const auto sent = s.worker.stats.bytes;
    BOOST_TEST(s.run_until_end(s.pair).reset);
    BOOST_TEST(s.worker.stats.bytes == sent);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(with_another_reason_a_stream_has_its_last_event)
{
    for (const auto reason : {close_reason::drained, close_reason::expired}) {
        streams s;
        s.open(get("/"));
        BOOST_TEST(s.revoke(every, reason) == 1U);
        const std::string last = reason == close_reason::drained ? "3\r\nbye" : "4\r\nlate";
        BOOST_TEST(s.run_until_end(s.pair).text == last + std::string(last_chunk));
        BOOST_TEST(s.has_closed_with(reason));
    }
}

// It has passed the check of its credentials, perhaps before they were revoked.
BOOST_AUTO_TEST_CASE(a_request_that_was_selected_begins_no_stream)
{
    streams s;
    s.accept(s.pair);
    s.pair.client_sends(get("/later?tag=ada") + get("/later?tag=ada"));
    int seen = 0;
    s.run_until([&] { // its handler runs
        s.revoke([&](const stream_info& r) {
            BOOST_TEST(r.id == 0U);
            BOOST_TEST(r.route == "/rows/{id}");
            BOOST_TEST(r.address() == "127.0.0.1");
            seen += r.tag == "ada" ? 1 : 0;
            return false;
        });
        return seen != 0;
    });
    BOOST_TEST(s.revoke() == 0U);
    s.pass(1002ms);
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(all.text.starts_with("HTTP/1.1 403 "));
    BOOST_TEST(all.text.find("application/problem+json") != all.text.npos);
    BOOST_TEST(count_of(all.text, "HTTP/1.1 ") == 1U);
    BOOST_TEST(s.answered == 1);
    BOOST_TEST(s.closed.empty());
    BOOST_TEST(s.shared_capacity.streams == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_that_was_selected_is_answered_if_it_is_no_stream)
{
    streams s(pushed);
    s.accept(s.pair);
    s.pair.client_sends(get("/text?tag=ada"));
    int seen = 0;
    s.run_until([&] {
        s.revoke([&](const stream_info&) { return ++seen != 0; });
        return seen != 0;
    });
    s.pass(1002ms);
    s.run_until_received(s.pair, "a text");
    s.pair.client_sends(get("/")); // the next request is another one
    s.run_until_received(s.pair, "begun");
    s.pair.reset_client();
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(another_reason_selects_no_request)
{
    streams s;
    s.accept(s.pair);
    s.pair.client_sends(get("/later"));
    int seen = 0;
    s.run_until([&] { // its handler runs
        s.revoke([&](const stream_info&) { return ++seen == 0; });
        return seen != 0;
    });
    for (const auto reason : {close_reason::drained, close_reason::expired}) {
        BOOST_TEST(s.revoke(every, reason) == 0U);
    }
    s.pass(1002ms);
    s.run_until_received(s.pair, "begun");
    s.pair.reset_client();
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(between_the_answer_and_its_head_a_stream_does_not_begin)
{
    streams s;
    s.accept(s.pair);
    s.pair.client_sends(get("/?tag=ada"));
    s.run_until([&] { return s.answered == 1; });
    BOOST_TEST(s.writer == nullptr); // the stream begins in a later turn
    int seen = 0;
    BOOST_TEST(s.revoke([&](const stream_info& r) {
        ++seen;
        BOOST_TEST(r.id == 0U);
        BOOST_TEST(r.route == "/rows/{id}");
        return r.tag == "ada";
    }) == 0U);
    BOOST_TEST(seen == 1);
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(all.text == "");
    BOOST_TEST(s.writer == nullptr);
    BOOST_TEST(s.shared_capacity.streams == 0U);
    BOOST_TEST(s.worker.extras.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_a_stream_with_its_last_event)
{
    for (const bool has_coroutine : {true, false}) {
        streams s(has_coroutine ? stays : pushed);
        s.policy.finish_on_shutdown = true; // changes nothing
        s.open(get("/?s=600"));
        s.pass(599s - 30s); // the test may take some seconds of the 600
        BOOST_TEST(s.closed.empty());
        s.pass(32s);
        BOOST_TEST(s.run_until_end(s.pair).text == "4\r\nlate" + std::string(last_chunk));
        BOOST_TEST(s.has_closed_with(close_reason::expired));
        BOOST_TEST(counted::alive() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed_meanwhile_ends_the_stream_at_once)
{
    streams s(pushed);
    s.accept(s.pair);
    s.pair.client_sends(get("/?s=-5"));
    s.run_until([&] { return s.writer != nullptr; });
    s.pass(2ms);
    BOOST_TEST(s.run_until_end(s.pair).text.ends_with("4\r\nlate" + std::string(last_chunk)));
    BOOST_TEST(s.has_closed_with(close_reason::expired));
}

// As after a drain: the last event follows what is queued, and the write timeout ends the wait.
BOOST_AUTO_TEST_CASE(a_deadline_leaves_a_client_the_write_timeout_to_read)
{
    for (const bool reads : {true, false}) {
        streams s(pushed);
        narrow(s.pair);
        s.open(get("/?s=600"));
        rill::detail::stream_writer::of(*s.writer).put(much());
        s.limits.write_timeout = 1h;
        s.turn();
        s.pass(601s);
        BOOST_TEST(s.has_closed_with(close_reason::expired));
        if (!reads) {
            s.pass(1h + 1s);
            s.run_until_gone();
        }
        const auto all = s.run_until_end(s.pair);
        BOOST_TEST(all.reset == !reads);
        BOOST_TEST(all.text.ends_with("4\r\nlate" + std::string(last_chunk)) == reads);
    }
}

BOOST_AUTO_TEST_SUITE_END()
