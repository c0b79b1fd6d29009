#include "client/exchange.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <optional>
#include <rill/client/error.hpp>

#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(exchange_test)

using rill::verb;
using rill::client::body_writer;
using rill::client::errc;
using rill::client::request;
using rill::client::detail::exchange;
using rill::client::detail::transport;

namespace {

// Each read returns one of the pieces. After the last piece, a read returns the end of the connection.
struct scripted_transport final : transport
{
    scripted_transport(std::deque<std::string> pieces, std::string& written)
        : pieces(std::move(pieces)), written(written)
    {}
    rill::awaitable<rill::result<std::size_t>> read_some(boost::asio::mutable_buffer into) override
    {
        if (pieces.empty()) {
            co_return tl::unexpected(rill::error_code(boost::asio::error::eof));
        }
        auto& front = pieces.front();
        const auto size = boost::asio::buffer_copy(into, boost::asio::buffer(front));
        front.erase(0, size);
        if (front.empty()) {
            pieces.pop_front();
        }
        co_return size;
    }
    rill::awaitable<rill::result<void>> write(std::span<const boost::asio::const_buffer> buffers) override
    {
        for (const auto& b : buffers) {
            written.append(static_cast<const char*>(b.data()), b.size());
        }
        co_return rill::result<void>();
    }
    void close() noexcept override {}
    bool is_idle() noexcept override { return pieces.empty(); }

    std::deque<std::string> pieces;
    std::string& written;
};

struct outcome
{
    unsigned status = 0;
    std::string body;
    rill::error_code error;
    bool reusable = false;
    std::string written;
};

rill::awaitable<> run(exchange& e, const request& r, outcome& out)
{
    const std::string head = "HEAD\r\n\r\n";
    const auto sent = co_await e.send(head, r);
    if (!sent) {
        out.error = sent.error();
        co_return;
    }
    const auto read = co_await e.read_head(r.method == verb::head);
    if (!read) {
        out.error = read.error();
        co_return;
    }
    out.status = e.head().result_int();
    for (;;) {
        const auto piece = co_await e.read_some();
        if (!piece) {
            out.error = piece.error();
            co_return;
        }
        if (piece->empty()) {
            break;
        }
        out.body += *piece;
    }
    out.reusable = e.is_reusable();
}

outcome exchanged(std::deque<std::string> pieces, const request& r = request("http://h/"), std::size_t max_head = 1024)
{
    rill_test::manual_loop loop;
    outcome out;
    exchange e(std::make_unique<scripted_transport>(std::move(pieces), out.written), loop.timers, {}, max_head);
    rill_test::manual_loop::outcome end;
    loop.start(run(e, r, out), end);
    BOOST_REQUIRE(end.done);
    if (end.error) {
        std::rethrow_exception(end.error);
    }
    return out;
}

std::deque<std::string> bytes_of(const std::string& text)
{
    std::deque<std::string> pieces;
    for (const char c : text) {
        pieces.emplace_back(1, c);
    }
    return pieces;
}

struct row
{
    std::string bytes;
    std::string body;
    bool reusable;
};

} // namespace

BOOST_AUTO_TEST_CASE(bodies_of_every_framing_in_any_cut)
{
    const std::string big(100'000, 'x');
    for (const auto& [bytes, body, reusable] :
         {row{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", true},
          row{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true},
          row{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", "abc", false},
          row{"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", false},
          row{"HTTP/1.1 200 OK\r\n\r\nabc", "abc", false},
          row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n",
              "abcde", true},
          row{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1", "abc", false},
          row{"HTTP/1.1 204 No Content\r\n\r\n", "", true},
          row{"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "", true},
          row{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
              "OK\r\nContent-Length: "
              "1\r\n\r\na",
              "a", true},
          row{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + big, big, true}})
    {
        for (const auto& pieces : {std::deque<std::string>{bytes}, bytes_of(bytes)}) {
            if (pieces.size() > 1 && bytes.ends_with("HTTP/1.1")) {
                continue; // the other bytes would remain in the socket, and the pool detects them there
            }
            const auto out = exchanged(pieces);
            BOOST_TEST_CONTEXT(bytes.substr(0, 200))
            {
                BOOST_TEST(!out.error);
                BOOST_TEST((out.body == body));
                BOOST_TEST(out.reusable == reusable);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_response_to_head_has_no_body)
{
    const auto out = exchanged({"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"}, request("http://h/", verb::head));
    BOOST_TEST(out.status == 200U);
    BOOST_TEST(out.body.empty());
    BOOST_TEST(out.reusable);
}

BOOST_AUTO_TEST_CASE(responses_that_end_too_early)
{
    for (const auto* bytes :
         {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "HTTP/1.1 100 Continue\r\n\r\n"})
    {
        for (const auto& pieces : {std::deque<std::string>{bytes}, bytes_of(bytes)}) {
            const auto out = pieces.front().empty() ? exchanged({}) : exchanged(pieces);
            BOOST_TEST((out.error == errc::connection_closed), bytes);
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_and_large_responses)
{
    for (const auto* bytes :
         {"HTTP/2 200 OK\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"})
    {
        const auto out = exchanged({bytes});
        BOOST_TEST(static_cast<bool>(out.error), bytes);
        BOOST_TEST((out.error != errc::connection_closed), bytes);
    }
    const auto large = "HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x') + "\r\nContent-Length: 0\r\n\r\n";
    BOOST_TEST((exchanged({large}).error == boost::beast::http::error::header_limit));
    BOOST_TEST(!exchanged({large}, request("http://h/"), 4096).error);
    const auto endless = std::string(200'000, 'x'); // no line end
    BOOST_TEST(
        static_cast<bool>(exchanged({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + endless}).error));
}

BOOST_AUTO_TEST_CASE(request_bodies)
{
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    BOOST_TEST(exchanged({ok}, request("http://h/", verb::post, "body")).written == "HEAD\r\n\r\nbody");
    request streamed("http://h/", verb::post);
    streamed.stream_body = [](body_writer& out) -> rill::awaitable<rill::result<void>> {
        for (const auto size : {1U, 0U, 16U}) {
            const std::string piece(size, 'x');
            const auto wrote = co_await out.write(piece);
            BOOST_TEST(wrote.has_value());
        }
        co_return rill::result<void>();
    };
    const auto out = exchanged({ok}, streamed);
    BOOST_TEST(out.written == "HEAD\r\n\r\n1\r\nx\r\n10\r\nxxxxxxxxxxxxxxxx\r\n0\r\n\r\n");
    BOOST_TEST(out.reusable);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_program_ends_the_request_without_an_end_of_its_body)
{
    request streamed("http://h/", verb::post);
    streamed.stream_body = [](body_writer&) -> rill::awaitable<rill::result<void>> {
        co_return tl::unexpected(rill::error_code(boost::asio::error::no_data));
    };
    const auto out = exchanged({}, streamed);
    BOOST_TEST((out.error == boost::asio::error::no_data));
    BOOST_TEST(out.written == "HEAD\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
