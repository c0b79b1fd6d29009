#include "http/refusal.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "support/manual_loop.hpp"
#include "support/run.hpp"

BOOST_AUTO_TEST_SUITE(refusal_test)

namespace {

using namespace std::chrono_literals;
using rill::refusal;
using rill_test::header;
using rill_test::text;

} // namespace

BOOST_AUTO_TEST_CASE(unavailable_has_a_retry_after)
{
    std::set<std::string> waits;
    for (int i = 0; i < 50; ++i) {
        const auto r = rill::refuse(refusal::unavailable, true, 10s, "full");
        BOOST_TEST((r.status() == rill::status::service_unavailable));
        BOOST_TEST(r.closes_connection());
        BOOST_TEST(header(r, "Cache-Control") == "no-store");
        BOOST_TEST(text(r).find("full") != std::string::npos);
        const auto wait = header(r, "Retry-After");
        BOOST_TEST(std::stoi(wait) >= 10);
        BOOST_TEST(std::stoi(wait) <= 20);
        waits.insert(wait);
    }
    BOOST_TEST(waits.size() >= 9U);
}

BOOST_AUTO_TEST_CASE(an_event_stream_can_be_refused_with_a_retry_time)
{
    const auto r = rill::refuse(refusal::retry_event, true, 0ms, "full");
    BOOST_TEST((r.status() == rill::status::ok));
    BOOST_TEST(header(r, "Content-Type") == "text/event-stream");
    BOOST_TEST(text(r) == "retry: 0\n\n");
    BOOST_TEST(r.closes_connection());
    const auto other = rill::refuse(refusal::retry_event, false, 0ms, "full");
    BOOST_TEST((other.status() == rill::status::service_unavailable));
    BOOST_TEST(header(other, "Retry-After") == "0");
}

BOOST_AUTO_TEST_CASE(a_refused_stream_keeps_its_other_headers)
{
    const auto stream = [](std::string_view type) {
        auto r = rill::response::stream(
            [](rill::response_writer& out) -> rill::awaitable<> { co_await out.write("never"); }, type);
        r.set_header("Access-Control-Allow-Origin", "*");
        return r;
    };
    auto events = stream("text/event-stream");
    rill::refuse_stream(events, refusal::retry_event, 7ms, "full");
    BOOST_TEST((events.status() == rill::status::ok));
    BOOST_TEST(!events.streams());
    BOOST_TEST(text(events).starts_with("retry: "));
    BOOST_TEST(header(events, "Access-Control-Allow-Origin") == "*");
    BOOST_TEST(events.closes_connection());
    auto rows = stream("text/csv");
    rill::refuse_stream(rows, refusal::retry_event, 7ms, "full");
    BOOST_TEST((rows.status() == rill::status::service_unavailable));
    BOOST_TEST(header(rows, "Content-Type") == "application/problem+json");
    BOOST_TEST(header(rows, "Access-Control-Allow-Origin") == "*");
}

// A disconnect takes several turns of the event loop: the socket becomes ready, the wait for the socket completes, and
// the coroutine ends.
BOOST_AUTO_TEST_CASE(pending_disconnects_complete_before_a_refusal)
{
    rill_test::manual_loop loop;
    std::string log;
    const auto leaves = [&](auto self, int turns) -> void {
        log += "leaving ";
        if (turns != 0) {
            boost::asio::post(loop.context, [self, turns] { self(self, turns - 1); });
        }
    };
    rill_test::manual_loop::outcome end;
    boost::asio::post(loop.context, [&] { leaves(leaves, 3); });
    loop.start(
        [](std::string& to) -> rill::awaitable<> {
            co_await rill::yield_before_refusing();
            to += "asks";
        }(log),
        end);
    BOOST_TEST(end.done);
    BOOST_TEST(log == "leaving leaving leaving leaving asks");
}

BOOST_AUTO_TEST_CASE(the_type_of_a_stream_is_a_media_type)
{
    const auto refused = [](std::string_view type) {
        auto r = rill::response::stream(
            [](rill::response_writer& out) -> rill::awaitable<> { co_await out.write("never"); }, type);
        rill::refuse_stream(r, refusal::retry_event, 7ms, "full");
        return r.status();
    };
    for (const auto* type : {"text/event-stream;charset=utf-8", "TEXT/EVENT-STREAM", "text/event-stream \t; a=b"}) {
        BOOST_TEST((refused(type) == rill::status::ok), type);
    }
    for (const auto* type : {"text/event-streams", "text/event-stream+json", "x; text/event-stream", ""}) {
        BOOST_TEST((refused(type) == rill::status::service_unavailable), type);
    }
}

BOOST_AUTO_TEST_CASE(the_maximum_wait_fits_the_timers_of_clients)
{
    constexpr auto longest = std::chrono::milliseconds::max();
    BOOST_TEST(text(rill::refuse(refusal::retry_event, true, longest, "full")) == "retry: 2147483647\n\n");
    BOOST_TEST(header(rill::refuse(refusal::unavailable, true, longest, "full"), "Retry-After") == "2147484");
}

BOOST_AUTO_TEST_SUITE_END()
