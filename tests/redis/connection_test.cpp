#include "redis/connection.hpp"

#include "log_fixture.hpp"
#include "run_coroutine.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill_test;
using rill::redis::detail::command_writer;
using rill::redis::detail::endpoint;
using rill::redis::detail::outcome;
using rill::redis::detail::reply;

BOOST_AUTO_TEST_SUITE(redis_connection_test)

namespace {

struct fixture
{
    boost::asio::io_context context;
    rill::redis::detail::connection tested{context};

    outcome<void> open(endpoint to) { return run_coroutine(context, tested.open(std::move(to), redis_patience)); }
    outcome<std::vector<reply>> exchange(const command_writer& commands,
                                         std::chrono::milliseconds timeout = redis_patience)
    {
        return run_coroutine(context, tested.exchange(commands, timeout));
    }
};

command_writer ping()
{
    command_writer commands;
    commands.command({"PING"});
    return commands;
}

endpoint at(std::string host, std::uint16_t port)
{
    return {.unix_socket = {}, .server = {.host = std::move(host), .port = port}};
}

} // namespace

BOOST_FIXTURE_TEST_CASE(commands_and_replies_are_pipelined, fixture)
{
    const redis_server server;
    BOOST_REQUIRE(open(at("127.0.0.1", server.port())).has_value());
    command_writer commands;
    commands.command({"ECHO", std::string(200'000, 'x')});
    commands.command({"NONSENSE"});
    commands.command({"PING"});
    const auto replies = exchange(commands).value();
    BOOST_REQUIRE(replies.size() == 3);
    BOOST_TEST(replies[0].text.size() == 200'000U);
    BOOST_TEST(replies[1].is_error());
    BOOST_TEST(replies[2].text == "PONG");
    BOOST_TEST(tested.is_open());
}

BOOST_FIXTURE_TEST_CASE(a_name_and_a_unix_socket, fixture)
{
    const redis_server server;
    BOOST_REQUIRE(open(at("localhost", server.port())).has_value());
    BOOST_TEST(exchange(ping()).value().at(0).text == "PONG");
    BOOST_REQUIRE(open({.unix_socket = server.file("socket"), .server = {}}).has_value());
    BOOST_TEST(exchange(ping()).value().at(0).text == "PONG");
}

BOOST_FIXTURE_TEST_CASE(a_refused_connection_is_an_error, fixture)
{
    const auto opened = open(at("127.0.0.1", free_port()));
    BOOST_REQUIRE(!opened);
    BOOST_TEST((opened.error().code == boost::asio::error::connection_refused));
    BOOST_TEST(!tested.is_open());
    BOOST_TEST(!open({.unix_socket = "/nonexistent/socket", .server = {}}).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_server_that_does_not_reply_is_a_timeout, fixture)
{
    redis_server server;
    BOOST_REQUIRE(open(at("127.0.0.1", server.port())).has_value());
    server.suspend();
    const auto replies = exchange(ping(), std::chrono::milliseconds(50));
    BOOST_REQUIRE(!replies);
    BOOST_TEST((replies.error().code == boost::asio::error::timed_out));
    BOOST_TEST(!tested.is_open());
    server.resume();
    BOOST_REQUIRE(open(at("127.0.0.1", server.port())).has_value());
    BOOST_TEST(exchange(ping()).value().at(0).text == "PONG"); // without the reply to the first PING
}

BOOST_FIXTURE_TEST_CASE(a_server_that_ends_closes_the_connection, fixture)
{
    redis_server server;
    BOOST_REQUIRE(open(at("127.0.0.1", server.port())).has_value());
    server.kill();
    BOOST_TEST(!exchange(ping()).has_value());
    BOOST_TEST(!tested.is_open());
}

BOOST_AUTO_TEST_CASE(the_name_of_an_endpoint)
{
    BOOST_TEST(at("a", 1).text() == "a:1");
    BOOST_TEST(at("::1", 2).text() == "[::1]:2");
    BOOST_TEST((endpoint{.unix_socket = "/s", .server = {}}.text() == "/s"));
}

BOOST_AUTO_TEST_SUITE_END()
