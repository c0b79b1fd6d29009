// The request phase of a connection: reading, handling, responding, and its deadlines.

#include "transport/http1_connection.hpp"

#include <boost/test/unit_test.hpp>
#include <netinet/tcp.h>
#include <rill/core/interval.hpp>
#include <stdexcept>
#include <sys/mman.h>
#include <thread>

#include "support/counted.hpp"
#include "transport/stage.hpp"

using namespace rill_test;
using rill::transport::slow_handlers;

BOOST_AUTO_TEST_SUITE(http1_request_phase_test)

namespace {

rill::awaitable<rill::response> answers(rill::request& r)
{
    counted here;
    if (r.path() == "/slow") {
        co_await rill::sleep_for(1min);
    } else if (r.path() == "/fails") {
        throw std::runtime_error("its own error");
    } else if (r.path() == "/much") {
        co_return rill::response::text(much());
    } else if (r.path() == "/marked" || r.path() == "/marked/bad") {
        BOOST_REQUIRE(r.answer_fields().add("Vary", "Origin").has_value());
        BOOST_REQUIRE(r.answer_fields().add("Vary", "X-Mine").has_value());
        BOOST_REQUIRE(r.answer_fields().set("X-Request-Id", "7").has_value());
        if (r.path() == "/marked") {
            throw std::runtime_error("its own error");
        }
        co_return rill::response::text("four").set_header("Content-Length", "5");
    }
    co_return rill::response::text("this is " + std::string(r.path()) + " " + std::string(r.body()) + ".");
}

struct requests : stage
{
    loopback pair;
    int socket = pair.server;

    explicit requests(rill::capacity_limits most = {}, rill::handler handle = answers) : stage(std::move(handle), most)
    {
        worker.timers.use_manual_clock();
    }

    void begin() { accept(pair); }
    void send(std::string_view text)
    {
        pair.client_sends(text);
        run_until_arrived(pair, socket);
    }

    /// Runs until the connection has received the FIN of the client.
    void run_until_half_closed()
    {
        run_until([&] {
            tcp_info info{};
            socklen_t size = sizeof info;
            return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_CLOSE_WAIT;
        });
        turn();
    }
};

constexpr std::string_view post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n";

} // namespace

BOOST_AUTO_TEST_CASE(pipelined_requests_are_handled_one_after_another)
{
    requests s;
    s.begin();
    s.send(get("/slow") + get("/next") + get("/last", "Connection: close\r\n"));
    s.run_until([] { return counted::alive() == 1; });
    s.pass(59s);
    BOOST_TEST(s.worker.stats.responses[2] == 0U);
    s.pass(2s);
    const auto all = s.run_until_end(s.pair).text;
    const auto slow = all.find("this is /slow");
    const auto next = all.find("this is /next");
    const auto last = all.find("this is /last");
    BOOST_REQUIRE(last != std::string::npos);
    BOOST_TEST(slow < next);
    BOOST_TEST(next < last);
    BOOST_TEST(count_of(all, "Connection: close\r\n") == 1U);
    BOOST_TEST(s.worker.stats.responses[2] == 3U);
    s.pair.close_client();
    s.run_until_gone();
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(s.log == "");
}

BOOST_AUTO_TEST_CASE(a_head_has_a_timeout)
{
    requests s;
    s.begin();
    s.send("GET / HT");
    s.pass(s.limits.head_timeout - 1s);
    s.send("TP/1.1\r\nHo"); // more bytes do not extend the timeout
    s.pass(1001ms);
    const auto late = s.run_until_end(s.pair).text;
    BOOST_TEST(late.starts_with("HTTP/1.1 408 "));
    BOOST_TEST(count_of(late, "Connection: close\r\n") == 1U);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_response)
{
    requests s;
    s.begin();
    s.send(get("/a"));
    s.run_until_received(s.pair, "this is /a");
    BOOST_TEST((s.limits.idle_timeout > 60s)); // a load balancer must be the first to close
    s.pass(s.limits.idle_timeout - 1ms);
    BOOST_TEST(s.worker.connections() == 1U);
    s.pass(2ms);
    const auto end = s.run_until_end(s.pair);
    BOOST_TEST(end.text == "");
    BOOST_TEST(!end.reset);
}

// Browsers open connections in advance, and connection pools keep them open. Such a client would take a 408 for the
// response to its next request.
BOOST_AUTO_TEST_CASE(a_client_that_has_sent_nothing_gets_no_response)
{
    for (const auto* text : {"", "\r\n"}) {
        requests s;
        s.begin();
        s.send(text);
        s.pass(s.limits.head_timeout - 1ms);
        BOOST_TEST(s.worker.connections() == 1U);
        s.pass(2ms);
        const auto end = s.run_until_end(s.pair);
        BOOST_TEST(end.text == "");
        BOOST_TEST(!end.reset);
        BOOST_TEST(s.worker.stats.responses[4] == 0U);
    }
}

BOOST_AUTO_TEST_CASE(the_first_byte_of_a_head_ends_the_idle_timeout)
{
    requests s;
    s.begin();
    s.send(get("/a"));
    s.run_until_received(s.pair, "this is /a");
    s.pass(s.limits.idle_timeout - 1s);
    s.send("G");
    s.pass(2s); // from here the head timeout applies
    BOOST_TEST(s.worker.connections() == 1U);
    s.pass(s.limits.head_timeout);
    BOOST_TEST(s.run_until_end(s.pair).text.starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(a_body_below_the_minimum_rate_times_out)
{
    requests s;
    s.limits.body_grace = 10s;
    s.limits.min_body_rate = 100;
    s.begin();
    s.send(std::string(post) + "\r\n");
    s.send(std::string(500, 'b')); // extends the deadline by five seconds
    s.pass(14s);
    BOOST_TEST(s.worker.connections() == 1U);
    s.send(std::string(500, 'b')); // extends it again
    s.pass(5s);
    BOOST_TEST(s.worker.stats.responses[4] == 0U);
    s.pass(2s);
    BOOST_TEST(s.run_until_end(s.pair).text.starts_with("HTTP/1.1 408 "));
    BOOST_TEST(counted::alive() == 0); // the handler did not run
}

BOOST_AUTO_TEST_CASE(a_body_that_is_fast_enough_still_has_a_deadline)
{
    requests s;
    s.limits.min_body_rate = 1;
    s.begin();
    s.send(std::string(post) + "\r\n");
    s.send(std::string(9'999, 'b'));
    s.pass(s.limits.body_timeout - 1s);
    BOOST_TEST(s.worker.stats.responses[4] == 0U);
    s.pass(2s);
    BOOST_TEST(s.run_until_end(s.pair).text.starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(continue_is_sent_once_before_the_body)
{
    requests s;
    s.begin();
    s.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(s.run_until_received(s.pair, "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    s.send("bo");
    s.send("dy");
    const auto answer = s.run_until_received(s.pair, "this is /p body.");
    BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(answer.find("100 Continue") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_extension_method_reaches_a_handler_that_declares_it)
{
    struct takes_query
    {
        rill::awaitable<rill::response> operator()(rill::request& r) const
        {
            co_return rill::response::text(std::string(r.method_name()) + " " + r.body() + ".");
        }
        bool takes_method(std::string_view name) const { return name == "QUERY"; }
    };
    const auto ask = [](rill::handler handle) {
        requests s({}, std::move(handle));
        s.begin();
        s.send("QUERY / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbodyquery / HTTP/1.1\r\nHost: h\r\n\r\n" +
               get("/"));
        return s.run_until_end(s.pair).text;
    };
    const auto taken = ask(takes_query());
    BOOST_TEST(taken.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(taken.find("QUERY body.") != std::string::npos);
    BOOST_TEST(count_of(taken, "HTTP/1.1 501 ") == 1U);
    BOOST_TEST(count_of(taken, "HTTP/1.1 ") == 2U); // the connection reads nothing after a refusal
    const auto refused = ask(answers);
    BOOST_TEST(refused.starts_with("HTTP/1.1 501 "));
    BOOST_TEST(count_of(refused, "HTTP/1.1 ") == 1U);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_handler_that_fails_ends_only_its_request)
{
    requests s;
    s.begin();
    s.send(get("/fails") + get("/next"));
    BOOST_TEST(s.run_until_received(s.pair, "this is /next").starts_with("HTTP/1.1 500 "));
    BOOST_TEST(s.log == "handler of /fails failed: its own error\n");
}

BOOST_AUTO_TEST_CASE(a_handler_that_blocks_the_worker_is_logged_once)
{
    requests s({}, [](rill::request&) -> rill::awaitable<rill::response> {
        std::this_thread::sleep_for(slow_handlers::limit + 50ms); // blocks the thread instead of using co_await
        co_return rill::response::text("done.");
    });
    s.begin();
    for (int i = 0; i < 2; ++i) {
        s.send(get("/blocks"));
        s.run_until_received(s.pair, "done.");
    }
    s.turn();
    BOOST_TEST(s.log.starts_with("a handler of /blocks has blocked its worker for 1"));
    BOOST_TEST(count_of(s.log, "\n") == 1U);
}

// Middleware sets these fields on the request, because the 500 response does not pass through middleware.
BOOST_AUTO_TEST_CASE(the_500_of_a_failed_handler_has_the_fields_of_middleware)
{
    for (const auto* path : {"/marked", "/marked/bad"}) {
        requests s;
        s.begin();
        s.send(get(path, "Connection: close\r\n"));
        const auto all = s.run_until_end(s.pair).text;
        BOOST_TEST(all.starts_with("HTTP/1.1 500 "));
        BOOST_TEST(count_of(all, "\r\nVary: Origin\r\n") == 1U);
        BOOST_TEST(count_of(all, "\r\nVary: X-Mine\r\n") == 1U);
        BOOST_TEST(count_of(all, "\r\nX-Request-Id: 7\r\n") == 1U);
        BOOST_TEST(count_of(all, "\r\nContent-Type: application/problem+json\r\n") == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_gets_its_responses)
{
    requests s;
    s.limits.half_close_timeout = 2min;
    s.begin();
    s.send(get("/slow") + get("/next"));
    s.run_until([] { return counted::alive() == 1; });
    ::shutdown(s.pair.client, SHUT_WR);
    s.run_until_half_closed();
    s.pass(61s);
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(all.text.find("this is /slow") != std::string::npos);
    BOOST_TEST(all.text.ends_with("this is /next ."));
    BOOST_TEST(!all.reset);
    s.run_until_gone();
    BOOST_TEST(s.log == "");
}

BOOST_AUTO_TEST_CASE(a_half_close_after_a_complete_body_is_answered)
{
    requests s;
    s.begin();
    s.pair.client_sends("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    ::shutdown(s.pair.client, SHUT_WR);
    BOOST_TEST(s.run_until_end(s.pair).text.ends_with("this is /p body."));
}

// A FIN alone does not mean a disconnect. A client can still read its response after a half-close.
BOOST_AUTO_TEST_CASE(a_disconnect_cancels_the_handler)
{
    for (const bool reset : {false, true}) {
        requests s;
        s.begin();
        s.send(get("/slow"));
        s.run_until([] { return counted::alive() == 1; });
        reset ? s.pair.reset_client() : s.pair.close_client();
        if (!reset) {
            s.run_until_half_closed();
            s.pass(s.limits.half_close_timeout - 1ms);
            BOOST_TEST(counted::alive() == 1);
            s.pass(2ms);
        }
        s.run_until_gone();
        BOOST_TEST(counted::alive() == 0);
        BOOST_TEST(s.worker.stats.responses[2] + s.worker.stats.responses[5] == 0U); // the statistics count no response
        BOOST_TEST(s.log == "");
    }
}

BOOST_AUTO_TEST_CASE(a_refused_head_is_answered_and_the_connection_ends)
{
    requests s;
    s.begin();
    s.send("GET / HTTP/1.1\r\n\r\n" + get("/never"));
    const auto all = s.run_until_end(s.pair).text;
    BOOST_TEST(all.starts_with("HTTP/1.1 400 "));
    BOOST_TEST(count_of(all, "HTTP/1.1 ") == 1U);
    BOOST_TEST(s.log.find("request of 127.0.0.1 refused: 400, ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_drain_finishes_the_current_request_and_starts_no_other)
{
    requests s;
    s.begin();
    s.send(get("/slow") + get("/never"));
    s.run_until([] { return counted::alive() == 1; });
    loopback idle;
    s.accept(idle);
    idle.client_sends(get("/a"));
    s.run_until_received(idle, "this is /a");
    s.worker.begin_drain();
    BOOST_TEST(s.run_until_end(idle).text == "");
    s.pass(61s);
    const auto all = s.run_until_end(s.pair).text;
    BOOST_TEST(all.find("this is /slow") != std::string::npos);
    BOOST_TEST(count_of(all, "Connection: close\r\n") == 1U);
    BOOST_TEST(count_of(all, "HTTP/1.1 ") == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_above_the_limit_gets_503_and_a_short_timeout)
{
    requests s({.max_connections = 1});
    s.begin();
    s.send("GET");
    loopback refused;
    s.accept(refused);
    refused.client_sends(get("/slow"));
    const auto answer = s.run_until_end(refused).text;
    BOOST_TEST(answer.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(count_of(answer, "\r\nRetry-After: ") == 1U);
    refused.close_client();
    s.run_until([&] { return s.worker.connections() == 1; });
    loopback silent;
    s.accept(silent);
    s.pass(1001ms);
    BOOST_TEST(s.run_until_end(silent).text == "");
    BOOST_TEST(s.worker.stats.responses[2] == 0U); // the first connection still waits
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_response_that_is_not_read_has_the_write_timeout)
{
    requests s;
    narrow(s.pair);
    s.begin();
    s.send(get("/much"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    s.pass(s.limits.write_timeout - 1ms);
    BOOST_TEST(s.worker.connections() == 1U);
    s.pass(2ms);
    s.run_until_gone();
    BOOST_TEST(s.shared_capacity.queued_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_response_that_is_read_slowly_arrives_completely)
{
    requests s;
    narrow(s.pair);
    s.begin();
    s.send(get("/much", "Connection: close\r\n"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    std::size_t read = 0;
    // The whole transfer takes longer than the write timeout, but each step makes progress.
    for (int i = 0; i < 20; ++i) {
        std::array<char, 64UL * 1024> buffer;
        const auto before = s.worker.stats.bytes;
        s.run_until([&] {
            const auto count = ::recv(s.pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT);
            read += count > 0 ? static_cast<std::size_t>(count) : 0;
            return s.worker.stats.bytes > before;
        });
        s.pass(s.limits.write_timeout / 2);
    }
    const auto rest = s.run_until_end(s.pair);
    BOOST_TEST(!rest.reset);
    BOOST_TEST(s.worker.stats.bytes > much().size());
    BOOST_TEST(rest.text.size() + read == s.worker.stats.bytes);
}

BOOST_AUTO_TEST_CASE(a_response_below_the_minimum_rate_is_reset)
{
    requests s;
    narrow(s.pair);
    s.limits.min_response_rate = 1'000'000;
    s.limits.response_grace = 4s;
    s.begin();
    s.send(get("/much", "Connection: close\r\n"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    // The client reads within the write timeout, but below the minimum rate.
    while (s.worker.connections() != 0) {
        std::array<char, 64UL * 1024> buffer;
        const auto before = s.worker.stats.bytes;
        s.run_until([&] {
            static_cast<void>(::recv(s.pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT));
            return s.worker.stats.bytes > before || s.worker.connections() == 0;
        });
        s.pass(s.limits.write_timeout / 2);
    }
    BOOST_TEST(s.worker.stats.bytes < much().size());
    BOOST_TEST(s.run_until_end(s.pair).reset);
    BOOST_TEST(s.shared_capacity.queued_bytes == 0U);
    BOOST_TEST(s.log == "a handler of /much is broken off: its client takes it more slowly than 1000000 bytes/s\n");
}

// The connection decides before it sends the head. Therefore the client gets a 503 and can repeat the request.
BOOST_AUTO_TEST_CASE(a_response_above_the_queue_limit_is_503)
{
    requests s({.max_queued_bytes = 5UL * 1024 * 1024});
    narrow(s.pair);
    s.begin();
    s.send(get("/much"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    for (int i = 0; i < 3; ++i) {
        loopback fast;
        s.accept(fast);
        fast.client_sends(get("/much") + get("/small", "Connection: close\r\n"));
        const auto all = s.run_until_end(fast).text;
        BOOST_TEST(all.starts_with("HTTP/1.1 503 "));
        BOOST_TEST(count_of(all, "\r\nRetry-After: ") == 1U);
        BOOST_TEST(all.ends_with("this is /small ."));
    }
    BOOST_TEST(s.worker.stats.blocked == 1U); // the first client is not affected
    BOOST_TEST(s.shared_capacity.overflows == 0U);
    BOOST_TEST(count_of(s.log, "\n") == 1U);
    BOOST_TEST(
        s.log.starts_with("a handler of /much of 4194304 bytes is answered with 503; queued for slow clients: "));
}

BOOST_AUTO_TEST_CASE(all_bodies_together_have_a_limit)
{
    requests s({.max_body_bytes = 10'000});
    s.begin();
    s.send(std::string(post) + "\r\n" + std::string(6'000, 'b'));
    BOOST_TEST(s.shared_capacity.body_bytes == 6'000U);
    loopback other;
    const int socket = other.server;
    s.accept(other);
    other.client_sends(std::string(post) + "\r\n" + std::string(3'000, 'b'));
    s.run_until_arrived(other, socket);
    BOOST_TEST(s.shared_capacity.body_bytes == 9'000U);
    other.client_sends(std::string(2'000, 'b'));
    const auto refused = s.run_until_end(other).text;
    BOOST_TEST(refused.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(count_of(refused, "\r\nRetry-After: ") == 1U);
    BOOST_TEST(count_of(refused, "\r\nConnection: close\r\n") == 1U);
    BOOST_TEST(s.shared_capacity.body_bytes == 6'000U);
    s.send(std::string(4'000, 'b')); // fits after the other body was released
    s.run_until_received(s.pair, "HTTP/1.1 200 ");
    s.run_until([&] { return s.shared_capacity.body_bytes == 0; });
    BOOST_TEST(s.log.find("a connection of 127.0.0.1 has a body that is answered with 503; ") != std::string::npos);
}

// Content-Length is wrong. The client must see that the body is incomplete, and no other response may follow.
BOOST_AUTO_TEST_CASE(a_file_that_became_shorter_ends_the_connection)
{
    requests s({}, [](rill::request&) -> rill::awaitable<rill::response> {
        rill::file_body half{
            .file = rill::file_handle(::memfd_create("half", MFD_CLOEXEC)), .offset = 0, .length = 200};
        const std::string text(100, 'f');
        BOOST_REQUIRE(::write(half.file.get(), text.data(), text.size()) == 100);
        rill::response answer;
        answer.set_body(std::move(half));
        co_return answer;
    });
    s.begin();
    s.send(get("/file") + get("/next"));
    const auto all = s.run_until_end(s.pair).text;
    BOOST_TEST(count_of(all, "Content-Length: 200\r\n") == 1U);
    BOOST_TEST(all.ends_with(std::string(100, 'f')));
    BOOST_TEST(count_of(all, "HTTP/1.1 ") == 1U);
    BOOST_TEST(s.log == "a file became shorter while it was sent\n");
    s.run_until_gone();
}

BOOST_AUTO_TEST_SUITE_END()
