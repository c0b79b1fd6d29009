// A handler that reads the request body while it arrives. The handler gets each byte once, for each way to cut the
// bytes. It gets an error for each fault of the client.

#include "transport/http1_request_body.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/interval.hpp>
#include <rill/http/make_handler.hpp>
#include <string>
#include <vector>

#include "support/counted.hpp"
#include "transport/stage.hpp"

BOOST_AUTO_TEST_SUITE(http1_request_body)

namespace {

using namespace rill_test;
using rill::awaitable;
using rill::body_reader;
using rill::response;

/// The observations of the handlers.
struct witness
{
    std::vector<std::size_t> pieces;
    std::string body;
    std::string error;
    int entered = 0;
};

awaitable<std::string> echo(body_reader body, witness& seen)
{
    const counted here;
    ++seen.entered;
    std::string all;
    try {
        while (auto piece = co_await body.read()) {
            seen.pieces.push_back(piece->size());
            all += *piece;
            seen.body = all;
        }
    } catch (const boost::system::system_error& e) {
        seen.error = e.code().message();
        throw;
    }
    co_return all;
}

/// The handler of "/upload" reads the body while it arrives. `other` handles the other paths and gets the whole body.
struct upload_app
{
    witness* seen;
    std::function<awaitable<response>(rill::request&)> other{};

    bool streams_body(const rill::request& head) const { return !head.path().starts_with("/whole"); }

    awaitable<response> operator()(rill::request& r) const
    {
        if (r.path() == "/upload") {
            auto text = co_await echo(body_reader(r), *seen);
            co_return response::text("[" + text + "]");
        }
        if (other && r.path() != "/whole") {
            auto answer = co_await other(r);
            co_return answer;
        }
        co_return response::text("whole [" + r.body() + "]");
    }
};

std::string post(std::string_view path, std::string_view rest)
{
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(rest);
}

std::string sized(std::string_view path, std::string_view body)
{
    return post(path, "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

const std::string chunked_head = "Transfer-Encoding: chunked\r\n\r\n";

struct upload : stage
{
    witness seen;
    loopback pair;
    int server = -1;

    explicit upload(std::function<awaitable<response>(rill::request&)> other = {},
                    const rill::connection_limits& with = {})
        : stage(wrapped(upload_app{&seen, std::move(other)}))
    {
        limits = with;
        worker.timers.use_manual_clock();
        server = pair.server;
        accept(pair);
    }

    // Wraps the application as make_handler() wraps a handler with a body_reader parameter.
    static rill::handler wrapped(upload_app a)
    {
        struct answering
        {
            upload_app inner;
            bool streams_body(const rill::request& head) const { return inner.streams_body(head); }
            awaitable<response> operator()(rill::request& r) const
            {
                return rill::detail::answer_body_errors(inner(r));
            }
        };
        return answering{std::move(a)};
    }

    /// Advances the clock by `time` and fires the timers. Timers may fire a millisecond late.
    void after(std::chrono::milliseconds time) { pass(time + 5ms); }

    void send(std::string_view bytes)
    {
        pair.client_sends(bytes);
        run_until_arrived(pair, server, false);
        turn();
    }

    std::string answer(std::string_view until) { return run_until_received(pair, until); }
};

bool starts(const std::string& answer, std::string_view status)
{
    return answer.starts_with("HTTP/1.1 " + std::string(status));
}

const std::string closes = "Connection: close\r\n";

} // namespace

BOOST_AUTO_TEST_CASE(a_body_cut_anywhere_is_complete_and_the_next_request_is_answered)
{
    for (const auto& request :
         {sized("/upload", "hello, world"),
          post("/upload", chunked_head + "5;a=\"b\"\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 1\r\n\r\n")})
    {
        const auto bytes = request + sized("/whole", "next");
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            upload u;
            u.send(std::string_view(bytes).substr(0, cut));
            u.send(std::string_view(bytes).substr(cut));
            const auto got = u.answer("whole [next]");
            BOOST_REQUIRE_MESSAGE(got.find("\r\n\r\n[hello, world]HTTP/1.1 200 OK") != got.npos, cut << ": " << got);
            BOOST_REQUIRE(got.find(closes) == got.npos);
        }
        upload bytewise;
        for (const auto c : bytes) {
            bytewise.send({&c, 1});
        }
        const auto got = bytewise.answer("whole [next]");
        BOOST_TEST(got.find("\r\n\r\n[hello, world]HTTP/1.1 200 OK") != got.npos);
        BOOST_TEST(bytewise.seen.pieces.size() == 12U); // one piece for each byte that arrived
    }
}

BOOST_AUTO_TEST_CASE(a_request_without_a_body_reads_as_empty)
{
    for (const auto& request :
         {get("/upload"), post("/upload", "Content-Length: 0\r\n\r\n"), post("/upload", chunked_head + "0\r\n\r\n"),
          std::string("POST /upload HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")})
    {
        upload u;
        u.send(request + sized("/whole", "next"));
        const auto got = u.answer("whole [next]");
        BOOST_TEST(got.find("\r\n\r\n[]HTTP/1.1 200 OK") != got.npos, request);
    }
}

BOOST_AUTO_TEST_CASE(a_client_of_http_1_0_may_send_a_body)
{
    upload u;
    u.send("POST /upload HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhel");
    BOOST_TEST(u.seen.body == "hel");
    u.send("lo");
    const auto end = u.run_until_end(u.pair);
    BOOST_TEST(starts(end.text, "200 OK"));
    BOOST_TEST(end.text.ends_with("[hello]"));
    BOOST_TEST(!end.reset);
}

BOOST_AUTO_TEST_CASE(a_handler_reads_the_body_while_it_arrives)
{
    upload u;
    u.send(post("/upload", "Content-Length: 9\r\n\r\n"));
    BOOST_TEST(u.seen.entered == 1);
    u.send("abc");
    BOOST_TEST(u.seen.body == "abc");
    u.send("def");
    BOOST_TEST(u.seen.body == "abcdef");
    u.send("ghi");
    BOOST_TEST(u.answer("]").ends_with("[abcdefghi]"));
}

// Unread bytes fill the receive buffer of the kernel. Then the client cannot send more.
BOOST_AUTO_TEST_CASE(a_handler_that_does_not_read_stops_the_client)
{
    bool go_on = false;
    upload u([&](rill::request& r) -> awaitable<response> {
        body_reader body(r);
        std::size_t size = 0;
        std::size_t largest = 0;
        while (!go_on) {
            co_await rill::sleep_for(1s);
        }
        while (auto piece = co_await body.read()) {
            size += piece->size();
            largest = std::max(largest, piece->size());
        }
        co_return response::text(std::to_string(size) + (largest <= 64UL * 1024 ? " bounded" : " unbounded"));
    });
    const std::string bytes(64UL * 1024, 'x');
    constexpr std::size_t all = 64UL * 1024 * 1024;
    u.send(post("/slow", "Content-Length: " + std::to_string(all) + "\r\n\r\n"));
    std::size_t sent = 0;
    const auto send = [&] {
        const auto count =
            ::send(u.pair.client, bytes.data(), std::min(bytes.size(), all - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += count > 0 ? static_cast<std::size_t>(count) : 0;
        return count > 0;
    };
    for (int quiet = 0; quiet < 50; quiet = send() ? 0 : quiet + 1) {
        u.turn();
    }
    BOOST_TEST(sent < all);
    BOOST_TEST(u.closed.empty());
    BOOST_TEST(u.worker.connections() == 1U); // for a stream these bytes would be a flood
    go_on = true;
    u.after(1s);
    u.run_until([&] {
        send();
        return sent == all;
    });
    BOOST_TEST(u.answer("bounded").ends_with(std::to_string(all) + " bounded"));
}

BOOST_AUTO_TEST_CASE(a_malformed_chunk_is_an_error_after_the_content_before_it)
{
    for (const bool at_once : {true, false}) {
        upload u;
        u.send(post("/upload", chunked_head + "5\r\nhello\r\n"));
        if (!at_once) {
            u.turn();
        }
        u.send("X\r\n");
        const auto end = u.run_until_end(u.pair);
        BOOST_TEST(starts(end.text, "400 "));
        BOOST_TEST(end.text.find(closes) != end.text.npos);
        BOOST_TEST(u.seen.body == "hello");
        BOOST_TEST(u.seen.error == "the request body is malformed");
        BOOST_TEST(u.log == ""); // nothing is logged for a fault of the client
    }
    upload whole;
    whole.send(post("/upload", chunked_head + "5\r\nhello\r\nX\r\n"));
    BOOST_TEST(starts(whole.run_until_end(whole.pair).text, "400 "));
    BOOST_TEST(whole.seen.body == "hello");
}

BOOST_AUTO_TEST_CASE(a_handler_may_answer_a_malformed_body_itself)
{
    upload u([](rill::request& r) -> awaitable<response> {
        body_reader body(r);
        for (;;) {
            const auto piece = co_await body.read(rill::as_expected);
            if (!piece) {
                auto again = co_await body.read(rill::as_expected); // returns the same error
                co_return response::text(piece.error() == again.error() ? "mine" : "another error");
            }
        }
    });
    u.send(post("/own", chunked_head + "5\r\nhelloX\r\n") + get("/whole"));
    const auto end = u.run_until_end(u.pair);
    BOOST_TEST(starts(end.text, "200 OK"));
    BOOST_TEST(end.text.ends_with("mine")); // the next request gets no response
    BOOST_TEST(end.text.find(closes) != end.text.npos);
}

BOOST_AUTO_TEST_CASE(streamed_bodies_have_their_own_limit)
{
    const rill::connection_limits small{.max_body_bytes = 4, .max_streamed_body_bytes = 8};
    upload fits({}, small);
    fits.send(sized("/upload", "12345678") + sized("/whole", "1234"));
    BOOST_TEST(fits.answer("whole [1234]").find("[12345678]") != std::string::npos);
    upload whole({}, small);
    whole.send(sized("/whole", "12345"));
    BOOST_TEST(starts(whole.run_until_end(whole.pair).text, "413 "));
    for (const auto& rest : {std::string("Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"),
                             chunked_head + "8\r\n12345678\r\n1\r\n", chunked_head + "ffffffffffffffff\r\n"})
    {
        upload u({}, small);
        u.send(post("/upload", rest));
        const auto end = u.run_until_end(u.pair);
        BOOST_TEST(starts(end.text, "413 "), end.text);
        BOOST_TEST(end.text.find(closes) != end.text.npos);
        BOOST_TEST(u.seen.error == "the request body is larger than allowed");
    }
}

BOOST_AUTO_TEST_CASE(a_handler_may_have_another_limit)
{
    const rill::connection_limits small{.max_streamed_body_bytes = 4};
    const auto limited = [](std::uint64_t bytes) {
        return [bytes](rill::request& r) -> awaitable<response> {
            body_reader body(r);
            body.set_limit(bytes);
            std::size_t size = 0;
            while (auto piece = co_await body.read()) {
                size += piece->size();
            }
            co_return response::text(std::to_string(size) + " bytes");
        };
    };
    upload more(limited(8), small);
    more.send(sized("/more", "12345678"));
    BOOST_TEST(more.answer("bytes").ends_with("8 bytes"));
    upload less(limited(3), small);
    less.send(sized("/less", "1234"));
    BOOST_TEST(starts(less.run_until_end(less.pair).text, "413 "));
}

BOOST_AUTO_TEST_CASE(the_first_read_sends_100_continue)
{
    bool read = false;
    upload u([&](rill::request& r) -> awaitable<response> {
        body_reader body(r);
        co_await rill::sleep_for(1s);
        read = true;
        auto piece = co_await body.read();
        co_return response::text("[" + std::string(*piece) + "]");
    });
    u.send(post("/later", "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    u.turn();
    char c = 0;
    BOOST_TEST(::recv(u.pair.client, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0);
    u.after(1s);
    BOOST_TEST(read);
    BOOST_TEST(u.answer("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    u.send("hi");
    BOOST_TEST(starts(u.answer("[hi]"), "200 OK"));
    // The client does not wait for 100 Continue.
    u.send(post("/later", "Content-Length: 2\r\nExpect: 100-continue\r\n\r\nh"));
    u.after(1s);
    u.send("i");
    BOOST_TEST(starts(u.answer("[h]"), "200 OK"));
}

BOOST_AUTO_TEST_CASE(a_response_before_the_whole_body)
{
    const auto refuse = [](rill::request& r) -> awaitable<response> {
        const body_reader body(r);
        co_return rill::to_response(rill::status::forbidden, "not here");
    };
    upload waiting(refuse); // the client does not have to send its body
    waiting.send(post("/refused", "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    const auto end = waiting.run_until_end(waiting.pair);
    BOOST_TEST(starts(end.text, "403 "));
    BOOST_TEST(end.text.find(closes) != end.text.npos);
    BOOST_TEST(end.text.find("100 Continue") == end.text.npos);
    for (const auto& small : {sized("/refused", "small"), post("/refused", chunked_head + "1\r\nx\r\n0\r\n\r\n")}) {
        upload u(refuse);
        u.send(small + get("/whole")); // the body is complete, therefore a request may follow
        BOOST_TEST(starts(u.answer("whole []"), "403 "));
    }
    for (const auto& part :
         {post("/refused", "Content-Length: 10\r\n\r\nsmall"),
          post("/refused", "Content-Length: 10000000\r\n\r\nsmall"), post("/refused", chunked_head + "1\r\nx\r\n")})
    {
        upload u(refuse);
        u.send(part);
        const auto closed = u.run_until_end(u.pair);
        BOOST_TEST(starts(closed.text, "403 "));
        BOOST_TEST(closed.text.find(closes) != closed.text.npos);
        BOOST_TEST(!closed.reset);
    }
}

// The rest of a body is not a request.
BOOST_AUTO_TEST_CASE(a_streamed_response_before_the_whole_body_ends_the_connection)
{
    upload u([](rill::request&) -> awaitable<response> {
        co_return response::stream([](rill::response_writer& out) -> awaitable<> { co_await out.write("rows"); });
    });
    u.send(post("/rows", chunked_head + "100\r\n" + get("/whole")));
    const auto end = u.run_until_end(u.pair);
    BOOST_TEST(end.text.find(closes) != end.text.npos);
    BOOST_TEST(end.text.ends_with("4\r\nrows\r\n0\r\n\r\n"));
    upload whole([](rill::request& r) -> awaitable<response> {
        witness unused;
        auto text = co_await echo(body_reader(r), unused);
        co_return response::stream([text](rill::response_writer& out) -> awaitable<> { co_await out.write(text); });
    });
    whole.send(sized("/rows", "rows") + get("/whole"));
    BOOST_TEST(whole.answer("whole []").find("4\r\nrows\r\n0\r\n\r\nHTTP/1.1 200 OK") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_disconnect_during_the_body_cancels_the_read)
{
    for (const auto& request :
         {post("/upload", "Content-Length: 10\r\n\r\n12345"), post("/upload", chunked_head + "a\r\n12345"),
          post("/upload", chunked_head + "a\r"), post("/upload", chunked_head + "5\r\n12345\r\n0\r\n")})
    {
        for (const bool resets : {false, true}) {
            upload u;
            u.send(request);
            u.run_until([&] { return u.seen.entered == 1; });
            resets ? u.pair.reset_client() : u.pair.close_client();
            u.run_until_gone();
            BOOST_TEST(u.seen.error == rill::error_code(boost::asio::error::operation_aborted).message());
            BOOST_TEST(counted::alive() == 0);
            BOOST_TEST(u.worker.stats.responses[2] == 0U); // the statistics count no success
        }
    }
}

// The handler catches all errors and reads again in a loop. It must not block the worker.
BOOST_AUTO_TEST_CASE(a_handler_that_keeps_reading_after_its_cancellation_is_ended)
{
    int failures = 0;
    upload u([&](rill::request& r) -> awaitable<response> {
        const counted here;
        body_reader body(r);
        for (;;) {
            try {
                co_await body.read();
            } catch (const std::exception&) {
                ++failures;
            }
        }
    });
    u.send(post("/stubborn", "Content-Length: 10\r\n\r\n12345"));
    u.run_until([] { return counted::alive() == 1; });
    u.pair.close_client();
    u.run_until_gone();
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(failures > 0);
    BOOST_TEST(u.log.find("a handler of /stubborn went on after") != std::string::npos, u.log);
}

// A half-closed connection counts as closed, but its body is read to its end first.
BOOST_AUTO_TEST_CASE(a_body_before_a_half_close_is_read_completely)
{
    upload u;
    const std::string body(3UL * 1024 * 1024, 'b'); // more than the server reads in one turn
    u.send(post("/upload", "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"));
    std::size_t sent = 0;
    u.run_until([&] {
        const auto count = ::send(u.pair.client, body.data() + sent, body.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += count > 0 ? static_cast<std::size_t>(count) : 0;
        return sent == body.size();
    });
    ::shutdown(u.pair.client, SHUT_WR);
    std::string got;
    u.run_until([&] {
        std::array<char, 64UL * 1024> buffer;
        const auto count = ::recv(u.pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT);
        got.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
        return count == 0;
    });
    BOOST_TEST(starts(got, "200 OK"));
    BOOST_TEST(u.seen.body.size() == body.size());
}

BOOST_AUTO_TEST_CASE(a_busy_handler_is_cancelled_when_its_body_cannot_complete)
{
    const auto sleeps = [](rill::request& r) -> awaitable<response> {
        const counted here;
        body_reader body(r);
        co_await body.read();
        co_await rill::sleep_for(1h);
        co_return response::text("never");
    };
    for (const auto& request :
         {post("/sleeps", "Content-Length: 100\r\n\r\n12345"), post("/sleeps", chunked_head + "5\r\n12345\r\n")})
    {
        for (const bool resets : {false, true}) {
            upload u(sleeps);
            u.send(request);
            u.run_until([] { return counted::alive() == 1; });
            resets ? u.pair.reset_client() : u.pair.close_client();
            u.run_until_gone();
            BOOST_TEST(counted::alive() == 0);
        }
    }
    upload unread(sleeps); // a part of the body is in the kernel
    unread.send(post("/sleeps", "Content-Length: 200000\r\n\r\n12345"));
    unread.run_until([] { return counted::alive() == 1; });
    unread.send(std::string(1000, 'x'));
    unread.pair.close_client();
    unread.run_until_gone();
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_read_of_a_silent_client_times_out)
{
    const rill::connection_limits limits{.body_timeout = 10s, .min_body_rate = 0};
    upload u({}, limits);
    u.send(post("/upload", "Content-Length: 10\r\n\r\n12345"));
    u.pass(9s);
    u.send("6");
    u.pass(9s); // the timeout starts again with each piece
    u.send("7");
    BOOST_TEST(u.seen.body == "1234567");
    u.pass(11s);
    const auto end = u.run_until_end(u.pair);
    BOOST_TEST(starts(end.text, "408 "));
    BOOST_TEST(end.text.find(closes) != end.text.npos);
    BOOST_TEST(u.seen.error == "the request body did not arrive in time");
}

BOOST_AUTO_TEST_CASE(a_body_below_the_minimum_rate_times_out)
{
    const rill::connection_limits limits{.body_timeout = 1h, .min_body_rate = 10, .body_grace = 10s};
    upload slow({}, limits);
    slow.send(post("/upload", "Content-Length: 1000\r\n\r\n"));
    for (int i = 0; i < 15 && slow.seen.error.empty(); ++i) { // each byte extends the time by a tenth of a second
        slow.pass(1s);
        slow.send("x");
    }
    BOOST_TEST(slow.seen.error == "the request body did not arrive in time");
    BOOST_TEST(starts(slow.run_until_end(slow.pair).text, "408 "));
    upload fast({}, limits);
    fast.send(post("/upload", "Content-Length: 1000\r\n\r\n"));
    for (int i = 0; i < 100; ++i) {
        fast.pass(1s);
        fast.send("0123456789");
    }
    BOOST_TEST(starts(fast.answer("]"), "200 OK"));
}

// The timeout and the minimum rate count only the time in which the handler waits for the client.
BOOST_AUTO_TEST_CASE(the_body_timeout_excludes_the_time_of_the_handler)
{
    const rill::connection_limits limits{.body_timeout = 10s, .min_body_rate = 10, .body_grace = 10s};
    upload u(
        [](rill::request& r) -> awaitable<response> {
            body_reader body(r);
            std::string all;
            while (auto piece = co_await body.read()) {
                all += *piece;
                co_await rill::sleep_for(1h);
            }
            co_return response::text("[" + all + "]");
        },
        limits);
    u.send(post("/busy", "Content-Length: 4\r\n\r\n1"));
    for (const auto* more : {"2", "3", "4"}) {
        u.after(1h);
        u.send(more);
    }
    u.after(1h);
    BOOST_TEST(starts(u.answer("[1234]"), "200 OK"));
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_loses_nothing)
{
    std::vector<std::string> first;
    upload u([&](rill::request& r) -> awaitable<response> {
        body_reader body(r);
        boost::asio::cancellation_signal give_up;
        auto note = [&](rill::error_code ec, rill::body_chunk piece) {
            first.push_back(ec ? ec.message() : std::string(*piece));
        };
        body.read(boost::asio::bind_cancellation_slot(give_up.slot(), note));
        co_await rill::sleep_for(1s);
        give_up.emit(boost::asio::cancellation_type::terminal);
        co_await rill::sleep_for(1s);
        auto piece = co_await body.read();
        co_return response::text("[" + std::string(*piece) + "]");
    });
    u.send(post("/tries", "Content-Length: 4\r\n\r\n"));
    BOOST_TEST(first.empty());
    u.after(1s);
    BOOST_REQUIRE_EQUAL(first.size(), 1U);
    BOOST_TEST(first.front() == rill::error_code(boost::asio::error::operation_aborted).message());
    u.send("1234");
    u.after(1s);
    BOOST_TEST(starts(u.answer("]"), "200 OK"));
    BOOST_TEST(first.size() == 1U);
}

// The reader may outlive the handler and the connection.
BOOST_AUTO_TEST_CASE(a_reader_that_outlives_its_handler_returns_errors)
{
    witness left;
    bool failed_again = false;
    auto task = [&](body_reader body) -> awaitable<> {
        ++left.entered;
        const auto first = co_await body.read(rill::as_expected);
        left.error = first ? "a piece" : first.error().message();
        const auto second = co_await body.read(rill::as_expected);
        failed_again = !second && second.error() == boost::asio::error::operation_aborted;
    };
    upload u([&](rill::request& r) -> awaitable<response> {
        const auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::co_spawn(executor, task(body_reader(r)), boost::asio::detached);
        co_await rill::sleep_for(1s);
        co_return response::text("done");
    });
    u.send(post("/keeps", "Content-Length: 4\r\n\r\n"));
    u.turn();
    BOOST_TEST(left.entered == 1);
    BOOST_TEST(left.error == "");
    u.after(1s);
    const auto end = u.run_until_end(u.pair);
    BOOST_TEST(starts(end.text, "200 OK")); // the reader does not change the response
    BOOST_TEST(end.text.ends_with("done"));
    BOOST_TEST(left.error == rill::error_code(boost::asio::error::operation_aborted).message());
    BOOST_TEST(failed_again);
}

BOOST_AUTO_TEST_CASE(a_drain_waits_for_a_body_until_all_are_cancelled)
{
    upload finishing;
    finishing.send(post("/upload", "Content-Length: 4\r\n\r\n12"));
    finishing.worker.begin_drain();
    finishing.send("34");
    const auto end = finishing.run_until_end(finishing.pair);
    BOOST_TEST(starts(end.text, "200 OK"));
    BOOST_TEST(end.text.find(closes) != end.text.npos);
    upload hanging;
    hanging.send(post("/upload", "Content-Length: 4\r\n\r\n12"));
    hanging.worker.begin_drain();
    hanging.turn();
    BOOST_TEST(hanging.seen.error == "");
    hanging.worker.cancel_all();
    hanging.run_until_gone();
    BOOST_TEST(hanging.seen.error == rill::error_code(boost::asio::error::operation_aborted).message());
}

BOOST_AUTO_TEST_SUITE_END()
