#include <robustness/resume/cutting_proxy.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using resume::cut_plan;
using resume::cutting_proxy;

BOOST_AUTO_TEST_SUITE(cutting_proxy_test)

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
const std::string piece = "id: 1\ndata: 0123456789\n\n";

/// A server, a proxy, and clients that send a byte and read until the end.
struct fixture
{
    /// @param answer  what the server sends after the byte. Without an answer it closes.
    void run(cut_plan plan, std::string answer, int clients)
    {
        cutting_proxy proxy(context, 0, server.local_endpoint().port(), plan);
        asio::co_spawn(context, serve(answer), asio::detached);
        running = clients;
        for (int i = 0; i < clients; ++i) {
            asio::co_spawn(context, read_all(proxy.port()), asio::detached);
        }
        context.run_for(60s);
        context.stop();
        BOOST_TEST(running == 0);
        counts = proxy.counts();
    }

    asio::awaitable<void> serve(std::string answer)
    {
        for (;;) {
            auto client = co_await server.async_accept(asio::use_awaitable);
            asio::co_spawn(context, respond(std::move(client), answer), asio::detached);
        }
    }

    asio::awaitable<void> respond(tcp::socket client, std::string answer)
    {
        char byte = 0;
        co_await asio::async_read(client, asio::buffer(&byte, 1), as_result);
        if (!answer.empty()) {
            co_await asio::async_write(client, asio::buffer(answer), as_result);
            co_await asio::async_read(client, asio::buffer(&byte, 1), as_result); // until the proxy cuts
        }
    }

    asio::awaitable<void> read_all(std::uint16_t port)
    {
        tcp::socket socket(context);
        const tcp::endpoint to(asio::ip::address_v4::loopback(), port);
        co_await socket.async_connect(to, as_result);
        co_await asio::async_write(socket, asio::buffer("x", 1), as_result);
        std::string bytes;
        co_await asio::async_read(socket, asio::dynamic_buffer(bytes), as_result);
        received.push_back(bytes);
        if (--running == 0) {
            context.stop();
        }
    }

    asio::io_context context{1};
    tcp::acceptor server{context, {asio::ip::address_v4::loopback(), 0}};
    std::vector<std::string> received;
    resume::proxy_counts counts;
    int running = 0;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(cuts_within_a_piece_of_the_server, fixture)
{
    run({.life = 1h, .window = 1h, .spread = 0ms}, piece, 50); // each connection is due from its begin
    bool has_part = false;
    for (const auto& bytes : received) {
        BOOST_TEST(bytes.size() < piece.size());
        BOOST_TEST(piece.starts_with(bytes));
        has_part = has_part || !bytes.empty();
    }
    BOOST_TEST(has_part);
    BOOST_TEST(counts.connections == 50);
    BOOST_TEST(counts.cuts == 50);
    BOOST_TEST(counts.inside == 50);
    BOOST_TEST(counts.resets > 0);
    BOOST_TEST(counts.resets < 50);
}

BOOST_FIXTURE_TEST_CASE(cuts_at_the_end_of_the_life, fixture)
{
    run({.life = 200ms, .window = 0ms, .spread = 50ms}, piece, 20);
    for (const auto& bytes : received) {
        BOOST_TEST(bytes == piece);
    }
    BOOST_TEST(counts.cuts == 20);
    BOOST_TEST(counts.inside == 0);
}

BOOST_FIXTURE_TEST_CASE(an_end_by_the_server_is_no_cut, fixture)
{
    run({.life = 1h, .window = 0ms}, "", 3);
    BOOST_TEST(counts.connections == 3);
    BOOST_TEST(counts.cuts == 0);
    BOOST_TEST(counts.failed == 0);
}

BOOST_FIXTURE_TEST_CASE(counts_connections_without_a_server, fixture)
{
    server.close();
    tcp::acceptor unused(context, {asio::ip::address_v4::loopback(), 0});
    const auto port = unused.local_endpoint().port();
    unused.close();
    cutting_proxy proxy(context, 0, port, {});
    running = 1;
    asio::co_spawn(context, read_all(proxy.port()), asio::detached);
    context.run_for(60s);
    BOOST_TEST(running == 0);
    BOOST_TEST(received.at(0).empty());
    BOOST_TEST(proxy.counts().failed == 1);
    BOOST_TEST(proxy.counts().cuts == 0);
}

BOOST_AUTO_TEST_CASE(counts_are_read_from_their_text)
{
    const resume::proxy_counts counts{.connections = 5, .cuts = 4, .inside = 3, .resets = 2, .failed = 1};
    auto read = resume::parse_counts(resume::to_text(counts));
    read += counts;
    BOOST_TEST(resume::to_text(read) == "connections 10 cuts 8 inside 6 resets 4 failed 2\n");
    BOOST_TEST(resume::parse_counts("cutting_proxy: bind: Address already in use\n").connections == 0);
}

BOOST_AUTO_TEST_SUITE_END()
