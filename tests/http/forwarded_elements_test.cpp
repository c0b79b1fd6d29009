#include "http/forwarded_elements.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(forwarded_elements_test)

BOOST_AUTO_TEST_CASE(the_grammar_of_forwarded)
{
    const auto all = rill::detail::parse_forwarded(
        "For=\"[2001:db8:cafe::17]:4711\";by=203.0.113.43;;PROTO=https;host=\"a\\\"b,c;d\" ,\tfor=unknown;ext=x");
    BOOST_REQUIRE(all.has_value());
    BOOST_REQUIRE(all->size() == 2);
    BOOST_TEST(all->at(0).for_ == "[2001:db8:cafe::17]:4711");
    BOOST_TEST(all->at(0).by == "203.0.113.43");
    BOOST_TEST(all->at(0).proto == "https");
    BOOST_TEST(all->at(0).host == "a\"b,c;d");
    BOOST_TEST(all->at(1).for_ == "unknown");
    for (const auto* bad :
         {"", ",", "for", "for=", "=x", "for=a;for=b", "for=a;FOR=b", "for=\"a", "for=\"a\\", "for =a", "for= a",
          "for=a b", "for=a,", ",for=a", "for=1.2.3.4:80", "for=a;;,", "for=\"\x01\""})
    {
        BOOST_TEST(!rill::detail::parse_forwarded(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(addresses_of_nodes)
{
    const auto text = [](std::string_view node) {
        const auto address = rill::detail::node_address(node);
        return address ? address->to_string() : std::string("none");
    };
    BOOST_TEST(text("198.51.100.1:65535") == "198.51.100.1");
    BOOST_TEST(text("198.51.100.1:_obf.1") == "198.51.100.1");
    BOOST_TEST(text("[2001:db8::1]:443") == "2001:db8::1");
    BOOST_TEST(text("2001:DB8::1") == "2001:db8::1");
    for (const auto* node : {"", "unknown", "_hidden", "1.2.3.4:65536", "[1.2.3.4]", "[::1", "[::1]x"}) {
        BOOST_TEST(text(node) == "none", node);
    }
}

BOOST_AUTO_TEST_SUITE_END()
