#include <boost/test/unit_test.hpp>
#include <upstream/address.hpp>

BOOST_AUTO_TEST_SUITE(address_test)

namespace {

/// Returns "HOST PORT", or the error.
std::string parsed(std::string_view text)
{
    const auto address = upstream::parse_address(text);
    return address ? address->host + " " + address->port : address.error();
}

} // namespace

BOOST_AUTO_TEST_CASE(names_and_addresses)
{
    BOOST_TEST(parsed("localhost:8081") == "localhost 8081");
    BOOST_TEST(parsed("example.org") == "example.org 80");
    BOOST_TEST(parsed("192.0.2.1:65535") == "192.0.2.1 65535");
    BOOST_TEST(parsed("[::1]:8081") == "::1 8081");
    BOOST_TEST(parsed("[::1]") == "::1 80");
    BOOST_TEST(parsed("http://localhost:8081/") == "localhost 8081");
    BOOST_TEST(parsed("http://example.org") == "example.org 80");
}

BOOST_AUTO_TEST_CASE(malformed_addresses_are_named)
{
    for (const auto* text : {"", ":80", "a:", "a:0", "a:65536", "a:x", "a:80x", "a b:80", "[::1", "[::1]80", "::1",
                             "https://a", "http://a/path", "user@a"})
    {
        BOOST_TEST(parsed(text) == "\"" + std::string(text) + "\" is not HOST:PORT or http://HOST:PORT");
    }
}

BOOST_AUTO_TEST_CASE(the_authority_of_ipv6_has_brackets)
{
    BOOST_TEST(upstream::parse_address("[::1]:8081")->authority() == "[::1]:8081");
    BOOST_TEST(upstream::parse_address("localhost")->authority() == "localhost:80");
}

BOOST_AUTO_TEST_SUITE_END()
