#include <rill/client/response.hpp>

#include <boost/test/unit_test.hpp>
#include <optional>
#include <rill/client/http.hpp>

#include "scripted_server.hpp"

BOOST_AUTO_TEST_SUITE(response_test)

using namespace rill_test;

BOOST_AUTO_TEST_CASE(a_body_is_read_in_pieces_as_they_arrive)
{
    manual_loop loop;
    scripted_server server(loop.context,
                           {{{"HTTP/1.1 299 Fine\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nx-a: 2\r\n\r\n3\r\nabc\r\n",
                              "2\r\nde\r\n0\r\n\r\n"},
                             then::keep}});
    run(loop, [](scripted_server& server) -> rill::awaitable<> {
        const rill::client::http client;
        auto answer = co_await client.get(server.url("/x"));
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST(answer->status() == 299U);
        BOOST_TEST(answer->headers().list("X-A").value() == "1, 2");
        BOOST_TEST(answer->url() == server.url("/x"));
        std::string body;
        for (;;) {
            const auto piece = co_await answer->read();
            BOOST_REQUIRE(piece.has_value());
            if (piece->empty()) {
                break;
            }
            body += *piece;
        }
        BOOST_TEST(body == "abcde");
        const auto after = co_await answer->read(); // also on the second call
        BOOST_TEST(after->empty());
        const auto all = co_await answer->read_all();
        BOOST_TEST(all->empty());
        auto moved = std::move(*answer);
        BOOST_TEST(moved.status() == 299U);
    }(server));
}

// An awaitable starts when it is awaited.
BOOST_AUTO_TEST_CASE(a_response_need_not_outlive_its_reads)
{
    manual_loop loop;
    scripted_server server(loop.context, {{{ok("abc")}, then::keep}, {{ok("def")}, then::keep}});
    run(loop, [](scripted_server& server) -> rill::awaitable<> {
        const rill::client::http client;
        std::optional<rill::client::response> from;
        auto answer = co_await client.get(server.url());
        from = std::move(*answer);
        auto all = from->read_all();
        from.reset();
        const auto body = co_await std::move(all);
        BOOST_TEST(body.value() == "abc");
        answer = co_await client.get(server.url());
        from = std::move(*answer);
        auto read = from->read();
        const auto moved = std::move(*from);
        from.reset();
        const auto piece = co_await std::move(read);
        BOOST_TEST(piece.value() == "def");
    }(server));
    BOOST_TEST(server.connections == 1); // the end of the body has released the connection
}

BOOST_AUTO_TEST_CASE(a_second_pending_read_throws)
{
    manual_loop loop;
    scripted_server server(loop.context, {{{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"}, then::hold}});
    std::optional<rill::client::response> from;
    std::string body;
    run(loop, [](scripted_server& server, std::optional<rill::client::response>& from) -> rill::awaitable<> {
        const rill::client::http client;
        auto answer = co_await client.get(server.url());
        from = std::move(*answer);
    }(server, from));
    const auto read = [&]() -> rill::awaitable<> {
        const auto all = co_await from->read_all();
        body = all.value();
    };
    manual_loop::outcome first;
    loop.start(read(), first);
    loop.turn();
    manual_loop::outcome second;
    loop.start(read(), second);
    run_until(loop, [&] { return second.done; });
    BOOST_CHECK_THROW(std::rethrow_exception(second.error), std::logic_error);
    server.send_to_held("abc"); // the first read is still valid
    run_until(loop, [&] { return first.done; });
    BOOST_TEST(body == "abc");
}

BOOST_AUTO_TEST_SUITE_END()
