#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <harness/client/target.hpp>
#include <netinet/in.h>

using bench::parse_target;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(target_test)

namespace {

std::string error_of(std::string_view url)
{
    const auto parsed = parse_target(url, false);
    return parsed ? "" : parsed.error();
}

} // namespace

BOOST_AUTO_TEST_CASE(an_ordinary_url)
{
    const auto to = parse_target("http://127.0.0.1:8080/ticks?ms=250", false);
    BOOST_REQUIRE(to);
    const auto& address = reinterpret_cast<const sockaddr_in&>(to->address);
    BOOST_TEST(to->address.ss_family == AF_INET);
    BOOST_TEST(ntohl(address.sin_addr.s_addr) == INADDR_LOOPBACK);
    BOOST_TEST(ntohs(address.sin_port) == 8080);
    BOOST_TEST(to->host == "127.0.0.1:8080");
    BOOST_TEST(to->path == "/ticks?ms=250");
    BOOST_TEST(to->url() == "http://127.0.0.1:8080/ticks?ms=250");
    BOOST_TEST(to->has_many_sources);
    BOOST_TEST((to->period == 250ms));
}

BOOST_AUTO_TEST_CASE(path_and_port_are_optional)
{
    const auto to = parse_target("http://127.1.2.3", false);
    BOOST_REQUIRE(to);
    BOOST_TEST(to->path == "/");
    BOOST_TEST(ntohs(reinterpret_cast<const sockaddr_in&>(to->address).sin_port) == 80);
    BOOST_TEST(!to->period);
    BOOST_TEST(parse_target("http://127.0.0.1:1?ms=5#here", false)->path == "/?ms=5");
}

BOOST_AUTO_TEST_CASE(ipv6_loopback_has_one_source)
{
    const auto to = parse_target("http://[::1]:8080/x", false);
    BOOST_REQUIRE(to);
    BOOST_TEST(to->address.ss_family == AF_INET6);
    BOOST_TEST(to->host == "[::1]:8080");
    BOOST_TEST(!to->has_many_sources);
}

BOOST_AUTO_TEST_CASE(localhost_is_resolved_to_ipv4)
{
    const auto to = parse_target("http://localhost:8080/", false);
    BOOST_REQUIRE(to);
    BOOST_TEST(to->has_many_sources);
}

BOOST_AUTO_TEST_CASE(the_period_comes_from_the_query)
{
    const auto period = [](const std::string& path) { return parse_target("http://127.0.0.1" + path, false)->period; };
    BOOST_TEST((period("/?a=1&ms=1000&b") == 1s));
    BOOST_TEST((period("/?ms=86400000") == 24h));
    for (const auto* path :
         {"/?ms=0", "/?ms=-1", "/?ms=x", "/?ms=1x", "/?ms=", "/?xms=5", "/ms=5", "/?ms=86400001", "/?"})
    {
        BOOST_TEST(!period(path).has_value(), path);
    }
}

BOOST_AUTO_TEST_CASE(other_hosts_need_allow_remote)
{
    BOOST_TEST(error_of("http://192.0.2.1/").find("--allow-remote") != std::string::npos);
    BOOST_TEST(error_of("http://128.0.0.1/").find("--allow-remote") != std::string::npos);
    BOOST_TEST(error_of("http://[2001:db8::1]/").find("--allow-remote") != std::string::npos);
    const auto to = parse_target("http://192.0.2.1/", true);
    BOOST_REQUIRE(to);
    BOOST_TEST(!to->has_many_sources);
}

BOOST_AUTO_TEST_CASE(invalid_urls_are_rejected)
{
    for (const auto* url :
         {"", "127.0.0.1:80", "https://127.0.0.1/", "http://", "http://:80/", "http://127.0.0.1:0/",
          "http://127.0.0.1:65536/", "http://127.0.0.1:x/", "http://127.0.0.1:/", "http://me@127.0.0.1/",
          "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://no.such.host.invalid/"})
    {
        BOOST_TEST(!error_of(url).empty(), "'" << url << "' was taken for a URL");
    }
}

BOOST_AUTO_TEST_SUITE_END()
