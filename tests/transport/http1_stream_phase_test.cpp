// The stream phase of a connection: the start of a stream, the time while its producer is quiet, and the end.

#include "transport/http1_connection.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <numeric>
#include <rill/core/interval.hpp>
#include <stdexcept>

#include "support/counted.hpp"
#include "transport/stage.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::response_writer;

BOOST_AUTO_TEST_SUITE(http1_stream_phase_test)

namespace {

constexpr std::string_view last_chunk = "\r\n0\r\n\r\n";

struct streams : stage
{
    loopback pair;
    int socket = pair.server;
    rill::stream_policy policy{};
    std::string content_type = "application/octet-stream";
    response_writer* writer = nullptr; // the writer of the last stream

    explicit streams(rill::function_body::function produce, rill::capacity_limits most = {})
        : stage(
              [this, produce = std::move(produce)](rill::request& r) -> rill::awaitable<rill::response> {
                  if (r.path() == "/text") {
                      co_return rill::response::text("a text");
                  }
                  r.set_route("/rows/{id}");
                  auto stream = rill::response::stream([this, produce](response_writer& out) {
                      writer = &out;
                      out.set_policy(policy);
                      return produce(out);
                  });
                  co_return std::move(stream.set_header("Content-Type", content_type));
              },
              most)
    {
        worker.timers.use_manual_clock();
    }

    void open(std::string_view request = {})
    {
        accept(pair);
        pair.client_sends(request.empty() ? get("/s") : request);
        run_until([this] { return writer != nullptr; });
    }

    void run_until_closed(std::size_t count = 1)
    {
        run_until([&] { return closed.size() == count; });
    }
};

rill::awaitable<> stays(response_writer& out)
{
    counted here;
    co_await out.write("begun");
    co_await rill::sleep_for(1h);
}

rill::awaitable<> finishes_later(response_writer& out)
{
    out.finish_on_shutdown();
    return stays(out);
}

rill::awaitable<> asks_and_waits(response_writer& out)
{
    counted here;
    BOOST_TEST(!out.stop_requested());
    co_await out.write("begun");
    co_await out.stopped();
    BOOST_TEST(out.stop_requested());
    co_await rill::sleep_for(1h);
}

rill::awaitable<> returns(response_writer& out)
{
    counted here;
    co_await out.write("all");
}

// A body without a coroutine.
rill::awaitable<> pushed(response_writer&)
{
    return {};
}

rill::awaitable<> pushes_at_once(response_writer& out)
{
    rill::detail::stream_writer::of(out).put("begun");
    rill::detail::stream_writer::of(out).put("again");
    return {};
}

rill::awaitable<> fails_at_once(response_writer&)
{
    throw std::runtime_error("no body");
}

/// The first members of the kernel's struct tcp_info. The header of the C library lacks the last ones.
struct segment_info
{
    tcp_info known;
    std::array<std::uint64_t, 4> bytes;
    std::array<std::uint32_t, 5> others;
    std::uint32_t data_segments_out;
};
static_assert(offsetof(segment_info, data_segments_out) == 156);

/// The number of segments with data that a socket has sent.
std::uint32_t data_segments(int socket)
{
    segment_info info{};
    socklen_t size = sizeof info;
    BOOST_REQUIRE(::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
    BOOST_REQUIRE(size >= offsetof(segment_info, data_segments_out) + sizeof info.data_segments_out);
    return info.data_segments_out;
}

rill::awaitable<> writes_much(response_writer& out)
{
    counted here;
    co_await out.write(much());
    co_await rill::sleep_for(1h);
}

} // namespace

BOOST_AUTO_TEST_CASE(after_a_stream_the_connection_handles_the_next_request)
{
    streams s(returns);
    std::vector<std::uint64_t> ids;
    s.events.on_stream_opened = [&](const auto& stream) {
        ids.push_back(stream.id);
        BOOST_TEST(stream.target == "/s?x=1");
        BOOST_TEST(stream.remote_address == "127.0.0.1");
    };
    s.events.on_stream_closed = [&](const auto& stream) {
        ids.push_back(stream.id);
        s.closed.push_back(stream.reason);
    };
    s.open(get("/s?x=1") + get("/s?x=1") + get("/text"));
    const auto all = s.run_until_received(s.pair, "a text");
    BOOST_TEST(count_of(all, "\r\nTransfer-Encoding: chunked\r\n") == 2U);
    BOOST_TEST(count_of(all, "\r\n\r\n3\r\nall\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n") == 2U);
    BOOST_TEST((s.closed == std::vector{close_reason::handler_returned, close_reason::handler_returned}));
    BOOST_REQUIRE(ids.size() == 4U);
    BOOST_TEST(ids[0] == ids[1]);
    BOOST_TEST(ids[2] == ids[3]);
    BOOST_TEST(ids[0] != ids[2]);
    BOOST_TEST(s.worker.connections() == 1U);
    BOOST_TEST(s.shared_capacity.streams == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_of_http_1_0_ends_with_the_connection)
{
    streams s(returns);
    s.open("GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(!all.reset);
    BOOST_TEST(all.text.ends_with("\r\n\r\nall"));
    BOOST_TEST(all.text.find("chunked") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_head_and_the_first_piece_are_sent_together)
{
    streams s(stays);
    s.open();
    BOOST_TEST(s.run_until_received(s.pair, "begun").ends_with("\r\n\r\n5\r\nbegun\r\n"));
    BOOST_TEST(data_segments(s.socket) == 1U);

    streams external(pushes_at_once);
    external.open();
    const auto all = external.run_until_received(external.pair, "again\r\n");
    BOOST_TEST(all.ends_with("\r\n\r\n5\r\nbegun\r\n5\r\nagain\r\n"));
    BOOST_TEST(data_segments(external.socket) == 2U);
}

BOOST_AUTO_TEST_CASE(a_stream_without_a_piece_sends_its_head)
{
    streams quiet(pushed);
    quiet.open();
    BOOST_TEST(quiet.run_until_received(quiet.pair, "\r\n\r\n").ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n"));

    streams failing(fails_at_once);
    failing.open();
    const auto all = failing.run_until_end(failing.pair);
    BOOST_TEST(all.text.ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n")); // without the last chunk
    BOOST_TEST((failing.closed == std::vector{close_reason::handler_error}));
}

BOOST_AUTO_TEST_CASE(a_quiet_stream_sends_its_filler)
{
    streams s(pushed);
    s.policy = {.heartbeat = 10s, .filler = ":\n\n"};
    s.open();
    s.pass(9s);
    BOOST_CHECK(rill::detail::stream_writer::of(*s.writer).put("x") == rill::detail::write_state::sent);
    s.pass(9s); // the last write was nine seconds ago
    BOOST_TEST(s.run_until_received(s.pair, "1\r\nx\r\n").ends_with("1\r\nx\r\n"));
    s.pass(999ms);
    const auto before = s.worker.stats.bytes;
    s.turn();
    BOOST_TEST(s.worker.stats.bytes == before);
    s.pass(252ms); // heartbeats of 10 s are sent at the multiples of 250 ms
    BOOST_TEST(s.run_until_received(s.pair, ":") == "3\r\n:\n\n\r\n");
    const auto bytes = s.worker.stats.bytes;
    s.pass(9998ms);
    BOOST_TEST(s.worker.stats.bytes == bytes);
    s.pass(254ms);
    BOOST_TEST(s.worker.stats.events == 1U); // fillers do not count as events
    BOOST_TEST(s.run_until_received(s.pair, ":") == "3\r\n:\n\n\r\n");
}

// The streams begin at different times.
BOOST_AUTO_TEST_CASE(the_heartbeats_of_several_streams_are_sent_in_one_go)
{
    streams s(pushed);
    s.policy = {.heartbeat = 30s, .filler = ":\n\n"};
    std::array<loopback, 8> pairs;
    for (auto& pair : pairs) {
        s.writer = nullptr;
        s.accept(pair);
        pair.client_sends(get("/s"));
        s.run_until([&] { return s.writer != nullptr; });
        s.pass(30ms);
    }
    const auto first = s.worker.stats.bytes;
    std::vector<std::uint64_t> increases;
    for (auto bytes = first; bytes < first + 8 * 8;) {
        s.pass(1ms);
        if (s.worker.stats.bytes != bytes) {
            increases.push_back(s.worker.stats.bytes - bytes);
            bytes = s.worker.stats.bytes;
        }
    }
    BOOST_TEST(increases.size() <= 2U); // 210 ms contain at most one multiple of 250 ms
}

// An empty chunk would be the last chunk.
BOOST_AUTO_TEST_CASE(a_heartbeat_without_a_filler_sends_nothing)
{
    streams s(pushed);
    s.policy = {.heartbeat = 10s};
    s.open();
    s.pass(25s);
    rill::detail::stream_writer::of(*s.writer).put("x");
    BOOST_TEST(s.run_until_received(s.pair, "1\r\nx\r\n").find("\r\n0\r\n") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_policy_takes_effect_at_once)
{
    streams s(pushed);
    s.open();
    s.pass(1min);
    const rill::stream_policy later{.heartbeat = 10s, .filler = ":\n\n"};
    s.writer->set_policy(later);
    rill::detail::stream_writer::of(*s.writer).put("x");
    s.run_until_received(s.pair, "1\r\nx\r\n");
    s.pass(10s + 252ms);
    BOOST_TEST(s.run_until_received(s.pair, ":") == "3\r\n:\n\n\r\n");
    const rill::stream_policy sooner{.heartbeat = 1s, .filler = "\n"};
    s.writer->set_policy(sooner);
    s.pass(1s + 12ms);
    BOOST_TEST(s.run_until_received(s.pair, "\n\r\n") == "1\r\n\n\r\n");
    const rill::stream_policy none{};
    s.writer->set_policy(none);
    const auto bytes = s.worker.stats.bytes;
    s.pass(1min);
    BOOST_TEST(s.worker.stats.bytes == bytes);
}

BOOST_AUTO_TEST_CASE(unlimited_times_do_not_overflow)
{
    constexpr auto forever = std::chrono::milliseconds::max();
    streams s(pushed);
    s.policy = {.heartbeat = forever, .filler = ":\n\n", .write_timeout = forever};
    narrow(s.pair);
    s.open();
    s.run_until_received(s.pair, "\r\n\r\n");
    const auto bytes = s.worker.stats.bytes;
    s.pass(1min);
    BOOST_TEST(s.worker.stats.bytes == bytes);
    const auto& fired = s.worker.timers.late().counts;
    BOOST_TEST(std::accumulate(fired.begin(), fired.end(), std::uint64_t{0}) == 0U);
    rill::detail::stream_writer::of(*s.writer).put(much());
    s.pass(1min);
    BOOST_TEST(s.closed.empty());
    s.pair.reset_client();
    s.run_until_closed();
}

BOOST_AUTO_TEST_CASE(the_write_timeout_ends_a_stream_that_is_not_read)
{
    for (const bool own : {false, true}) {
        streams s(writes_much);
        s.policy.write_timeout = own ? 1min : 0s;
        const auto limit = own ? std::chrono::milliseconds(1min) : s.limits.write_timeout;
        narrow(s.pair);
        s.open();
        s.run_until([&] { return s.worker.stats.blocked == 1; });
        s.turn();
        s.pass(limit - 1ms);
        BOOST_TEST(s.closed.empty());
        std::string some(256UL * 1024, ' ');
        BOOST_REQUIRE(::recv(s.pair.client, some.data(), some.size(), MSG_DONTWAIT) > 0);
        const auto before = s.worker.stats.bytes;
        s.run_until([&] { return s.worker.stats.bytes > before; }); // sent bytes restart the timeout
        s.turn();
        s.pass(limit - 1ms);
        BOOST_TEST(s.closed.empty());
        s.pass(limit); // the kernel may have accepted bytes after the last check
        s.run_until_closed();
        BOOST_TEST((s.closed == std::vector{close_reason::write_timeout}));
        BOOST_TEST(s.run_until_end(s.pair).reset);
        BOOST_TEST(counted::alive() == 0);
        BOOST_TEST(s.worker.connections() == 0U);
        BOOST_TEST(s.shared_capacity.queued_bytes == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_drain_sends_the_farewell_and_ends_streams)
{
    for (auto* produce : {stays, pushed, asks_and_waits}) { // stop_requested() and stopped() do not delay the end
        streams s(produce);
        s.policy.farewell = "bye";
        s.open();
        s.turn();
        s.worker.begin_drain();
        const auto all = s.run_until_end(s.pair);
        BOOST_TEST(all.text.ends_with("\r\n3\r\nbye" + std::string(last_chunk)));
        BOOST_TEST(!all.reset);
        BOOST_TEST((s.closed == std::vector{close_reason::drained}));
        BOOST_TEST(counted::alive() == 0);
    }
}

// A client must detect that the body is incomplete. A clean end is allowed for an event stream, because its client
// reconnects.
BOOST_AUTO_TEST_CASE(a_body_that_a_drain_cuts_ends_as_incomplete)
{
    struct way
    {
        const char* method;
        const char* type;
        const char* farewell;
        bool is_clean;
    };
    for (const auto& w : {way{"GET", "Text/Event-Stream ; charset=utf-8", "", true},
                          way{"GET", "text/csv", "bye", true}, way{"GET", "text/csv", "", false},
                          way{"POST", "text/event-stream", "", false}, way{"POST", "text/event-stream", "bye", false}})
    {
        for (const bool old : {false, true}) {
            streams s(stays);
            s.content_type = w.type;
            s.policy.farewell = w.farewell;
            s.open(std::string(w.method) + (old ? " /s HTTP/1.0\r\n\r\n" : " /s HTTP/1.1\r\nHost: h\r\n\r\n"));
            s.turn();
            s.worker.begin_drain();
            s.turn();
            s.worker.cancel_all(); // as at the end of the drain timeout
            const auto all = s.run_until_end(s.pair);
            BOOST_TEST_CONTEXT(w.method << " " << w.type << " " << w.farewell << " " << old)
            {
                BOOST_TEST(all.text.ends_with("0\r\n\r\n") == (w.is_clean && !old));
                BOOST_TEST(all.reset == (!w.is_clean && old));
                BOOST_TEST((s.closed == std::vector{close_reason::drained}));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_streamed_response_to_post_may_finish_during_the_drain)
{
    streams s([](response_writer& out) -> rill::awaitable<> {
        co_await out.write("begun");
        co_await rill::sleep_for(3s);
        co_await out.write("ended");
    });
    s.open("POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    s.turn();
    s.worker.begin_drain();
    s.pass(2s);
    BOOST_TEST(s.closed.empty());
    s.pass(1002ms);
    BOOST_TEST(s.run_until_end(s.pair).text.ends_with("\r\n5\r\nended" + std::string(last_chunk)));
    BOOST_TEST((s.closed == std::vector{close_reason::handler_returned}));
    streams nobody_writes(pushed); // a body without a coroutine does not end by itself
    nobody_writes.open("POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    nobody_writes.turn();
    nobody_writes.worker.begin_drain();
    nobody_writes.run_until_closed();
}

BOOST_AUTO_TEST_CASE(a_stream_with_finish_on_shutdown_runs_until_all_are_cancelled)
{
    struct way
    {
        rill::awaitable<> (*produce)(response_writer&);
        bool by_policy;
        int handlers;
    };
    for (const auto& w :
         {way{finishes_later, false, 1}, way{stays, true, 1}, way{asks_and_waits, true, 1}, way{pushed, true, 0}})
    {
        streams s(w.produce);
        s.policy = {.farewell = "bye", .finish_on_shutdown = w.by_policy};
        s.open();
        s.turn();
        s.worker.begin_drain();
        s.pass(1min);
        BOOST_TEST(counted::alive() == w.handlers);
        BOOST_TEST(s.closed.empty());
        s.worker.cancel_all();
        BOOST_TEST(s.run_until_end(s.pair).text.ends_with("\r\n3\r\nbye" + std::string(last_chunk)));
        BOOST_TEST((s.closed == std::vector{close_reason::drained}));
        BOOST_TEST(counted::alive() == 0);
    }
}

BOOST_AUTO_TEST_CASE(finish_on_shutdown_is_not_inherited_by_the_next_stream)
{
    bool first = true;
    streams s([&first](response_writer& out) {
        return std::exchange(first, false) ? (out.finish_on_shutdown(), returns(out)) : stays(out);
    });
    s.open(get("/s") + get("/s"));
    s.run_until_received(s.pair, "begun");
    s.worker.begin_drain();
    s.run_until_closed(2);
    BOOST_TEST((s.closed == std::vector{close_reason::handler_returned, close_reason::drained}));
}

// In HTTP/1.0 the end of the connection is the end of the body. Only a reset shows that a part is missing.
BOOST_AUTO_TEST_CASE(a_handler_that_fails_resets_a_client_of_http_1_0)
{
    streams s([](response_writer& out) -> rill::awaitable<> {
        co_await out.write("begun");
        throw std::runtime_error("its own error");
    });
    s.open("GET /s HTTP/1.0\r\n\r\n");
    BOOST_TEST(s.run_until_end(s.pair).reset);
    BOOST_TEST((s.closed == std::vector{close_reason::handler_error}));
}

// The client must detect that the body is incomplete.
BOOST_AUTO_TEST_CASE(a_handler_that_fails_leaves_its_body_incomplete)
{
    const auto fails = [](response_writer& out) -> rill::awaitable<> {
        co_await out.write("begun");
        throw std::runtime_error("its own error");
    };
    const auto fails_to_start = [](response_writer&) -> rill::awaitable<> {
        throw std::runtime_error("its own error");
    };
    for (const bool starts : {true, false}) {
        streams s(starts ? rill::function_body::function(fails) : fails_to_start);
        s.open();
        const auto all = s.run_until_end(s.pair).text;
        BOOST_TEST(all.starts_with("HTTP/1.1 200 "));
        BOOST_TEST(!all.ends_with(last_chunk));
        BOOST_TEST((s.closed == std::vector{close_reason::handler_error}));
        BOOST_TEST(s.log.starts_with("stream "));
        BOOST_TEST(s.log.ends_with(" of /rows/{id} failed: its own error\n")); // the line names the route
        s.run_until_gone();
    }
}

BOOST_AUTO_TEST_CASE(streams_above_the_limit_get_503)
{
    streams s(stays, {.max_streams = 1});
    s.open();
    s.run_until_received(s.pair, "begun");
    loopback second;
    s.accept(second);
    second.client_sends(get("/s"));
    BOOST_TEST(s.run_until_end(second).text.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(s.shared_capacity.refused_streams == 1U);
    s.pair.close_client();
    s.run_until_closed(); // its slot is free
    loopback third;
    s.accept(third);
    third.client_sends(get("/s"));
    s.run_until_received(third, "begun");
    BOOST_TEST(s.shared_capacity.streams == 1U);
    third.close_client();
    s.run_until_closed(2);
}

BOOST_AUTO_TEST_CASE(the_writer_ends_a_body_without_a_coroutine)
{
    streams s(pushed);
    s.open();
    s.turn();
    BOOST_TEST(s.closed.empty()); // the stream stays open after start()
    rill::detail::stream_writer::of(*s.writer).put("one");
    s.writer->end(close_reason::handler_returned);
    BOOST_TEST(s.closed.empty()); // the event loop ends the stream later
    BOOST_CHECK(rill::detail::stream_writer::of(*s.writer).put("two") == rill::detail::write_state::closed);
    BOOST_TEST(s.run_until_received(s.pair, "0\r\n\r\n").ends_with("\r\n3\r\none" + std::string(last_chunk)));
    s.pair.client_sends(get("/s"));
    s.writer = nullptr;
    s.run_until([&] { return s.writer != nullptr; });
    s.run_until_received(s.pair, "\r\n\r\n");
    s.writer->end(close_reason::evicted);
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(all.reset);
    BOOST_TEST((s.closed == std::vector{close_reason::handler_returned, close_reason::evicted}));
    BOOST_TEST(s.worker.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(destructors_can_read_the_close_reason)
{
    struct witness
    {
        response_writer& out;
        std::vector<close_reason>& seen;
        ~witness() { seen.push_back(out.reason()); }
    };
    std::vector<close_reason> seen;
    streams s([&seen](response_writer& out) -> rill::awaitable<> {
        const witness here{out, seen};
        co_await out.write("begun");
        co_await rill::sleep_for(1h);
    });
    s.open();
    s.run_until_received(s.pair, "begun");
    s.pair.close_client();
    s.run_until_closed();
    BOOST_TEST((seen == std::vector{close_reason::peer_closed}));
}

BOOST_AUTO_TEST_CASE(a_report_has_the_age_and_unsent_bytes_of_a_stream)
{
    streams s(pushed);
    narrow(s.pair);
    s.open();
    s.pass(3s);
    rill::detail::stream_writer::of(*s.writer).put("x");
    s.pass(2s);
    std::vector<rill::transport::stream_report> reports;
    BOOST_TEST(s.worker.report_streams(reports, 10) == 1U);
    BOOST_REQUIRE(reports.size() == 1U);
    BOOST_TEST(reports[0].age_ms == 5000U);
    BOOST_TEST(reports[0].quiet_ms == 2000U);
    BOOST_TEST(reports[0].address == "127.0.0.1");
    BOOST_TEST(reports[0].unsent_bytes == 0U);
    rill::detail::stream_writer::of(*s.writer).put(much());
    BOOST_TEST(s.worker.report_streams(reports, 10) == 1U);
    BOOST_TEST(reports.back().unsent_bytes == s.worker.stats.unsent_bytes);
    BOOST_TEST(reports.back().unsent_bytes > 0U);
    s.pair.reset_client();
    s.run_until_closed();
}

// The clock of a connection has 32 bits of milliseconds. It overflows after 49 days.
BOOST_AUTO_TEST_CASE(a_stream_may_last_for_months)
{
    constexpr std::chrono::milliseconds months = std::chrono::hours(24 * 100);
    streams s(pushed);
    std::chrono::milliseconds lasted{0};
    s.events.on_stream_closed = [&](const auto& stream) {
        lasted = stream.duration;
        s.closed.push_back(stream.reason);
    };
    s.open();
    s.pass(months);
    std::vector<rill::transport::stream_report> reports;
    s.worker.report_streams(reports, 1);
    BOOST_REQUIRE(reports.size() == 1U);
    BOOST_TEST(reports[0].age_ms == static_cast<std::uint64_t>(months.count()));
    s.pair.reset_client();
    s.run_until_closed();
    BOOST_TEST((lasted == months));
}

BOOST_AUTO_TEST_SUITE_END()
