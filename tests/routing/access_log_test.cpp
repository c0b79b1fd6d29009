#include <rill/routing/middleware.hpp>

#include <stdexcept>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(access_log_suite)

namespace {

using namespace std::chrono_literals;

using rill::awaitable;
using rill::handler;
using rill::request;
using rill::response;
using rill::status;
using rill::verb;
using rill_test::manual_run;
using rill_test::through;
using rill_test::with;

std::string without_time(const std::string& line)
{
    BOOST_REQUIRE(line.ends_with("ms"));
    return line.substr(0, line.rfind(' '));
}

} // namespace

BOOST_AUTO_TEST_CASE(lines)
{
    std::vector<std::string> lines;
    const auto around = rill::middleware::access_log([&](std::string_view line) { lines.emplace_back(line); });
    auto req = with({}, verb::get, "/ticks?ms=20");
    req.set_remote_address("127.0.0.1");
    through(around, req);
    req.set_version(10);
    through(around, req, rill::make_handler([] {
                return response::stream([](rill::response_writer&) -> awaitable<> { co_return; });
            }));
    through(around, with({}, verb::post, "/\"\\\x1b\xff x"), rill::make_handler([] { return status::not_found; }));
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(without_time(lines[0]) == "127.0.0.1 \"GET /ticks?ms=20 HTTP/1.1\" 200 4");
    BOOST_TEST(without_time(lines[1]) == "127.0.0.1 \"GET /ticks?ms=20 HTTP/1.0\" 200 -");
    BOOST_TEST(without_time(lines[2]) == "- \"POST /???? x HTTP/1.1\" 404 0");
}

BOOST_AUTO_TEST_CASE(handlers_that_fail)
{
    std::vector<std::string> lines;
    const auto around = rill::middleware::access_log([&](std::string_view line) { lines.emplace_back(line); });
    const handler failing = [](request&) -> awaitable<response> {
        throw std::runtime_error("x");
        co_return response();
    };
    BOOST_CHECK_THROW(through(around, with({}), failing), std::runtime_error);
    BOOST_CHECK_THROW(
        through(around, with({}), rill::make_handler([]() -> std::string { throw std::runtime_error("x"); })),
        std::runtime_error);
    const handler slow = [](request&) -> awaitable<response> {
        co_await rill::sleep_for(1s);
        co_return response();
    };
    request req;
    manual_run left(around(req, slow));
    left.cancel();
    BOOST_TEST(left.aborted());
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(without_time(lines[0]) == "- \"GET / HTTP/1.1\" 500 0");
    BOOST_TEST(without_time(lines[1]) == "- \"GET / HTTP/1.1\" 500 0");
    BOOST_TEST(without_time(lines[2]) == "- \"GET / HTTP/1.1\" 499 0");
}

BOOST_AUTO_TEST_SUITE_END()
