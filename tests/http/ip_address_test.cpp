#include "http/ip_address.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(ip_address_test)

namespace {

using rill::detail::parse_ip_address;

std::string text(std::string_view address)
{
    const auto parsed = parse_ip_address(address);
    return parsed ? parsed->to_string() : "none";
}

} // namespace

BOOST_AUTO_TEST_CASE(numeric_addresses)
{
    BOOST_TEST(text("127.0.0.1") == "127.0.0.1");
    BOOST_TEST(text("2001:DB8:0:0::1") == "2001:db8::1");
    BOOST_TEST(text("::ffff:192.0.2.1") == "192.0.2.1"); // an IPv4-mapped address
    BOOST_TEST((parse_ip_address("::ffff:192.0.2.1") == parse_ip_address("192.0.2.1")));
}

BOOST_AUTO_TEST_CASE(malformed_addresses_are_refused)
{
    for (const auto* bad : {"", "localhost", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80",
                            "[::1]", "::1%eth0", "::1%1", "fe80::1%", "g::", "256.1.1.1", "1.2.3.4/8"})
    {
        BOOST_TEST(text(bad) == "none", bad);
    }
    BOOST_TEST(text(std::string_view("1.2.3.4\0", 8)) == "none");
    BOOST_TEST(text(std::string_view("::1\0x", 5)) == "none");
    BOOST_TEST(text(std::string(10'000, '1')) == "none");
}

BOOST_AUTO_TEST_CASE(the_ipv6_form)
{
    const auto bytes = rill::detail::to_v6_bytes(*parse_ip_address("192.0.2.1"));
    BOOST_TEST(bytes[9] == 0);
    BOOST_TEST(bytes[10] == 0xff);
    BOOST_TEST(bytes[15] == 1);
    BOOST_TEST((rill::detail::to_v6_bytes(*parse_ip_address("::2"))[15] == 2));
}

BOOST_AUTO_TEST_SUITE_END()
