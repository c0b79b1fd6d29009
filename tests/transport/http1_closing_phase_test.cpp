// The end of a connection after its last response.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "transport/http1_closing_phase.hpp"
#include "transport/stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(http1_closing_phase_test)

namespace {

struct closing : stage
{
    loopback pair;
    int socket = pair.server;

    closing() : stage([](rill::request& r) { return handle(r); }) { worker.timers.use_manual_clock(); }

    static rill::awaitable<rill::response> handle(rill::request& r)
    {
        if (r.path() == "/unsent") {
            co_return rill::response::stream([](rill::response_writer& out) -> rill::awaitable<> {
                rill::detail::stream_writer::of(out).put(much()); // the coroutine does not wait for the write
                co_return;
            });
        }
        co_return rill::response::text(r.path() == "/much" ? much() : r.path() == "/some" ? some() : "done");
    }

    // More than the small receive buffer of the client, and less than the send buffer of the server.
    static std::string some() { return std::string(256UL * 1024, 's'); }

    // Runs until the server has written everything. The unread rest is then in the send buffer of the server.
    void run_until_the_rest_is_the_kernels()
    {
        const int size = 16 * 1024;
        BOOST_REQUIRE(::setsockopt(pair.client, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
        begin(get("/some", "Connection: close\r\n"));
        run_until([this] { return worker.stats.bytes > some().size(); });
        turn();
        BOOST_REQUIRE(worker.stats.blocked == 0U);
        BOOST_REQUIRE(rill::transport::stream_socket(socket).unacknowledged_bytes() > some().size() / 2);
    }

    // Reads until the client's kernel acknowledges more bytes.
    std::string read_some() const
    {
        const auto before = rill::transport::stream_socket(socket).unacknowledged_bytes();
        std::string got;
        for (std::array<char, 16UL * 1024> buffer;
             rill::transport::stream_socket(socket).unacknowledged_bytes() == before;)
        {
            const auto count = ::recv(pair.client, buffer.data(), buffer.size(), 0);
            BOOST_REQUIRE(count > 0);
            got.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return got;
    }

    void begin(std::string_view request)
    {
        accept(pair);
        pair.client_sends(request);
    }

    // Runs until the client has read the response and the end of the connection.
    void run_until_closing()
    {
        begin(get("/a", "Connection: close\r\n"));
        BOOST_TEST(run_until_end(pair).text.ends_with("done"));
        BOOST_TEST(worker.connections() == 1U); // the connection waits for the FIN of the client
        run_until_acknowledged();
    }

    // The kernel of the client may acknowledge the bytes after the client has read them.
    void run_until_acknowledged()
    {
        run_until([this] { return rill::transport::stream_socket(socket).unacknowledged_bytes() == 0; });
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_closed_connection_waits_for_its_client)
{
    closing s;
    s.run_until_closing();
    s.pair.client_sends(std::string(100'000, 'i')); // the connection discards these bytes
    s.run_until_arrived(s.pair, s.socket);
    BOOST_TEST(s.worker.connections() == 1U);
    s.pair.close_client();
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(the_linger_timeout_ends_a_closed_connection)
{
    closing s;
    s.run_until_closing();
    s.pass(s.limits.linger_timeout - 1ms);
    BOOST_TEST(s.worker.connections() == 1U);
    s.pass(2ms);
    s.run_until_gone();
    // The server resets the connection when the client sends the next byte.
    s.run_until([&] { return ::send(s.pair.client, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0; });
}

BOOST_AUTO_TEST_CASE(cancel_all_ends_a_closing_connection)
{
    closing s;
    bool drained = false;
    s.worker.drain.on_drained = [&] { drained = true; };
    s.run_until_closing();
    s.worker.begin_drain();
    s.turn();
    BOOST_TEST(!drained);
    s.worker.cancel_all();
    s.run_until([&] { return drained; });
}

BOOST_AUTO_TEST_CASE(a_slow_client_gets_the_last_bytes)
{
    closing s;
    s.run_until_the_rest_is_the_kernels();
    std::string all;
    for (int i = 0; i < 3; ++i) {
        s.pass(s.limits.linger_timeout + 1ms);
        BOOST_REQUIRE(s.worker.connections() == 1U);
        all += s.read_some();
        s.pass(s.limits.write_timeout - 1ms);
        BOOST_REQUIRE(s.worker.connections() == 1U);
        all += s.read_some();
    }
    const auto end = s.run_until_end(s.pair);
    BOOST_TEST(!end.reset);
    BOOST_TEST((all + end.text).ends_with("\r\n\r\n" + closing::some()));
    s.run_until_acknowledged();
    s.pass(1001ms);
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_nothing_is_reset)
{
    closing s;
    s.run_until_the_rest_is_the_kernels();
    s.pass(s.limits.linger_timeout + s.limits.write_timeout - 1ms);
    BOOST_TEST(s.worker.connections() == 1U);
    s.pass(s.limits.write_timeout); // the kernel of the client may have accepted bytes after the last check
    s.run_until_gone();
    BOOST_TEST(s.run_until_end(s.pair).reset);
}

BOOST_AUTO_TEST_CASE(a_slow_client_gets_the_last_bytes_of_a_stream)
{
    closing s;
    narrow(s.pair);
    s.begin(get("/unsent"));
    s.run_until([&] { return s.closed.size() == 1U; });
    s.turn();
    std::string all;
    for (int i = 0; i < 3; ++i) {
        const auto before = s.worker.stats.bytes;
        all.resize(all.size() + 256UL * 1024);
        const auto count = ::recv(s.pair.client, &*all.end() - 256UL * 1024, 256UL * 1024, MSG_DONTWAIT);
        BOOST_REQUIRE(count > 0);
        all.resize(all.size() - 256UL * 1024 + static_cast<std::size_t>(count));
        s.run_until([&] { return s.worker.stats.bytes > before; });
        s.pass(s.limits.write_timeout - 1ms);
        BOOST_REQUIRE(s.worker.connections() == 1U);
    }
    const auto end = s.run_until_end(s.pair);
    BOOST_TEST(!end.reset);
    BOOST_TEST((all + end.text).ends_with(much() + "\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(queued_bytes_are_sent_before_the_end)
{
    closing s;
    narrow(s.pair);
    s.begin(get("/much", "Connection: close\r\n"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    s.pair.client_sends("ignored");
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(!all.reset);
    BOOST_TEST(all.text.ends_with("\r\n\r\n" + much()));
    s.pair.close_client();
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(an_endless_flood_ends_at_the_deadline)
{
    closing s;
    s.run_until_closing();
    const std::string flood(64UL * 1024, 'f');
    const auto send_much = [&] {
        while (::send(s.pair.client, flood.data(), flood.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
        }
    };
    for (int i = 0; i < 20; ++i) {
        send_much();
        s.turn();
    }
    BOOST_TEST(s.worker.connections() == 1U);
    send_much();
    s.worker.timers.advance(s.limits.linger_timeout + 1ms);
    s.run_until_gone();
}

// The test computes the number of bytes that the server has read: the sent bytes, minus those in both kernel buffers.
BOOST_AUTO_TEST_CASE(an_endless_head_is_read_up_to_a_limit)
{
    closing f;
    f.limits.linger_timeout = 300ms;

    f.accept(f.pair);
    const std::string piece = "GET / HTTP/1.1\r\nX: " + std::string(16 * 1024, 'x');
    long sent = 0;
    long read = 0;
    std::string answer;
    while (f.worker.connections() != 0) {
        const auto count = ::send(f.pair.client, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        sent += std::max(count, ssize_t{0});
        f.io.restart();
        f.io.run_one_for(1ms);
        f.worker.timers.advance(1ms);
        std::array<char, 4096> buffer;
        const auto received = ::recv(f.pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT);
        answer.append(buffer.data(), received > 0 ? static_cast<std::size_t>(received) : 0);
        int waits = 0;
        int leaves = 0;
        if (f.worker.connections() != 0 && ::ioctl(f.pair.client, SIOCOUTQ, &leaves) == 0 &&
            ::ioctl(f.socket, FIONREAD, &waits) == 0)
        {
            read = std::max(read, sent - leaves - waits); // subtracts bytes without an acknowledgment twice
        }
    }
    BOOST_TEST(answer.starts_with("HTTP/1.1 431 "));
    BOOST_TEST(sent > 128 * 1024);
    BOOST_TEST(read > 16 * 1024);
    BOOST_TEST(read <= 64 * 1024);
}

BOOST_AUTO_TEST_SUITE_END()
