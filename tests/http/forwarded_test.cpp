#include <rill/http/forwarded.hpp>

#include <boost/test/unit_test.hpp>
#include <random>

#include "http/forwarded_elements.hpp"
#include "http/ip_address.hpp"

BOOST_AUTO_TEST_SUITE(forwarded_test)

namespace {

rill::trusted_proxies trusting(std::string_view networks, rill::forwarded_field field)
{
    return rill::trusted_proxies::parse(networks, field);
}

/// Returns the client address that a server finds if it trusts 10.0.0.0/8 and fd00::/8.
std::string seen(std::string_view from, const std::vector<std::string>& values,
                 rill::forwarded_field field = rill::forwarded_field::x_forwarded_for)
{
    rill::request r;
    r.set_remote_address(std::string(from));
    for (const auto& value : values) {
        const auto* name = field == rill::forwarded_field::forwarded ? "forwarded" : "X-FORWARDED-FOR";
        BOOST_REQUIRE(r.fields().add(name, value).has_value());
    }
    return client_address(r, trusting("10.0.0.0/8, fd00::/8", field));
}

std::string seen_7239(std::string_view from, const std::vector<std::string>& values)
{
    return seen(from, values, rill::forwarded_field::forwarded);
}

} // namespace

BOOST_AUTO_TEST_CASE(fields_of_an_untrusted_client_are_ignored)
{
    BOOST_TEST(seen("192.0.2.7", {"198.51.100.1"}) == "192.0.2.7");
    BOOST_TEST(seen_7239("192.0.2.7", {"for=198.51.100.1"}) == "192.0.2.7");
    rill::request r;
    r.set_remote_address("127.0.0.1");
    BOOST_REQUIRE(r.fields().add("X-Forwarded-For", "198.51.100.1").has_value());
    BOOST_TEST(client_address(r, {}) == "127.0.0.1"); // by default no proxy is trusted
}

BOOST_AUTO_TEST_CASE(a_trusted_proxy_sends_the_client_address)
{
    BOOST_TEST(seen("10.1.2.3", {}) == "10.1.2.3");
    BOOST_TEST(seen("10.1.2.3", {"198.51.100.1"}) == "198.51.100.1");
    BOOST_TEST(seen("fd00::1", {"2001:DB8::1"}) == "2001:db8::1");
    BOOST_TEST(seen("::ffff:10.1.2.3", {"::ffff:198.51.100.1"}) == "198.51.100.1");
    BOOST_TEST(seen("10.1.2.3", {"198.51.100.1, 10.0.0.9", " 10.0.0.8 "}) == "198.51.100.1");
    BOOST_TEST(seen("10.1.2.3", {"10.0.0.9,10.0.0.8"}) == "10.0.0.9"); // all are trusted, so the first one counts
}

BOOST_AUTO_TEST_CASE(a_proxy_on_a_unix_socket_is_trusted_by_name)
{
    const auto seen_by = [](std::string_view networks, const char* told) {
        rill::request r;
        r.set_remote_address(std::string(rill::unix_peer));
        if (told != nullptr) {
            BOOST_REQUIRE(r.fields().add("X-Forwarded-For", told).has_value());
        }
        return client_address(r, rill::trusted_proxies::parse(networks));
    };
    BOOST_TEST(seen_by("unix", "198.51.100.1") == "198.51.100.1");
    BOOST_TEST(seen_by("10.0.0.0/8, unix", "198.51.100.1, 10.0.0.9") == "198.51.100.1");
    BOOST_TEST(seen_by("unix", nullptr) == "unix");
    BOOST_TEST(seen_by("unix", "unknown") == "unix");
    BOOST_TEST(seen_by("10.0.0.0/8", "198.51.100.1") == "unix");
    rill::request r;
    r.set_remote_address("192.0.2.7");
    BOOST_REQUIRE(r.fields().add("X-Forwarded-For", "198.51.100.1").has_value());
    BOOST_TEST(client_address(r, rill::trusted_proxies::parse("unix")) == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(entries_of_the_client_are_ignored)
{
    BOOST_TEST(seen("10.1.2.3", {"10.0.0.1, 127.0.0.1, 198.51.100.1"}) == "198.51.100.1");
    BOOST_TEST(seen("10.1.2.3", {"1.1.1.1", "198.51.100.1, 10.0.0.9"}) == "198.51.100.1");
    BOOST_TEST(seen_7239("10.1.2.3", {"for=1.1.1.1, for=198.51.100.1", "for=10.0.0.9"}) == "198.51.100.1");
    // The request also has the other field. It is ignored.
    rill::request r;
    r.set_remote_address("10.1.2.3");
    BOOST_REQUIRE(r.fields().add("Forwarded", "for=1.1.1.1").has_value());
    BOOST_TEST(client_address(r, trusting("10.0.0.0/8", rill::forwarded_field::x_forwarded_for)) == "10.1.2.3");
}

BOOST_AUTO_TEST_CASE(a_hidden_or_malformed_entry_ends_the_search)
{
    for (const auto* node : {"unknown", "_hidden", "", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4:", "1.2.3.4:65536",
                             "1.2.3.4:-1", "[::1", "[1.2.3.4]", "[::1]x", "[::1]:x", "::1%eth0", "g::", "1.2.3.4 x"})
    {
        BOOST_TEST(!rill::detail::node_address(node).has_value(), node);
        BOOST_TEST(seen("10.1.2.3", {std::string("198.51.100.1, ") + node}) == "10.1.2.3", node);
        BOOST_TEST(seen("10.1.2.3", {std::string("198.51.100.1, ") + node + ", 10.0.0.9"}) == "10.0.0.9", node);
    }
    BOOST_TEST(!rill::detail::node_address(std::string_view("1.2.3.4\0", 8)).has_value());
    BOOST_TEST(seen_7239("10.1.2.3", {"for=198.51.100.1, for=_gazonk"}) == "10.1.2.3");
    BOOST_TEST(seen_7239("10.1.2.3", {"for=198.51.100.1, proto=https"}) == "10.1.2.3");
}

BOOST_AUTO_TEST_CASE(ports_and_brackets)
{
    for (const auto* node : {"198.51.100.1", "198.51.100.1:1", "198.51.100.1:65535", "198.51.100.1:_obf.1"}) {
        BOOST_TEST(seen("10.1.2.3", {node}) == "198.51.100.1");
        BOOST_TEST(seen_7239("10.1.2.3", {"for=\"" + std::string(node) + '"'}) == "198.51.100.1");
    }
    for (const auto* node : {"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443"}) {
        BOOST_TEST(seen("10.1.2.3", {node}) == "2001:db8::1");
        BOOST_TEST(seen_7239("10.1.2.3", {"for=\"" + std::string(node) + '"'}) == "2001:db8::1");
    }
    BOOST_TEST(seen_7239("10.1.2.3", {"for=[2001:db8::1]"}) == "10.1.2.3"); // an IPv6 address must be quoted
}

BOOST_AUTO_TEST_CASE(networks)
{
    const auto in = [](std::string_view networks, std::string_view address) {
        const auto trusted = trusting(networks, rill::forwarded_field::forwarded);
        return trusted.contains(address);
    };
    BOOST_TEST(in("192.0.2.128/25", "192.0.2.128"));
    BOOST_TEST(in("192.0.2.128/25", "192.0.2.255"));
    BOOST_TEST(!in("192.0.2.128/25", "192.0.2.127"));
    BOOST_TEST(in("192.0.2.1", "::ffff:192.0.2.1"));
    BOOST_TEST(!in("192.0.2.1", "192.0.2.2"));
    BOOST_TEST(in("0.0.0.0/0", "255.1.2.3"));
    BOOST_TEST(!in("0.0.0.0/0", "::1"));
    BOOST_TEST(in("::/0", "1.2.3.4"));
    BOOST_TEST(in("2001:db8::/33,::1", "2001:db8:7fff::1"));
    BOOST_TEST(!in("2001:db8::/33,::1", "2001:db8:8000::1"));
    for (const auto* bad : {"x", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08 8", "10.0.0.1/8", "::1/129",
                            "10.0.0.0/8,,::1", "10.0.0.0 ::1", "localhost", "10.0.0.0/8/8", "10.0.0.0/+8"})
    {
        BOOST_TEST_INFO_SCOPE(bad);
        BOOST_CHECK_EXCEPTION(rill::trusted_proxies::parse(bad), std::invalid_argument, [](const auto& e) {
            return std::string_view(e.what()).starts_with("trusted_proxies: '") &&
                   std::string_view(e.what()).find("must be such as 127.0.0.1") != std::string_view::npos;
        });
    }
    BOOST_TEST(!in("", "127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(a_malformed_line_of_forwarded)
{
    BOOST_TEST(seen_7239("10.1.2.3", {"for=198.51.100.1", "for=\"broken"}) ==
               "10.1.2.3"); // the malformed line ends the search
    // Malformed text of a client does not hide the entries of the proxies.
    for (const auto* sent : {"for=\"broken", "", ",", "for=1.1.1.1, nonsense", "unknown"}) {
        BOOST_TEST(seen_7239("10.1.2.3", {sent, "for=198.51.100.1"}) == "198.51.100.1", sent);
        BOOST_TEST(seen_7239("10.1.2.3", {"for=1.1.1.1", sent, "for=10.0.0.9"}) == "10.0.0.9", sent);
    }
}

BOOST_AUTO_TEST_CASE(random_text_is_parsed_safely)
{
    std::mt19937 random(7);
    constexpr std::string_view letters = "for=\"[]:;,\\1.2 _\tx";
    for (int i = 0; i < 20'000; ++i) {
        std::string value;
        for (auto n = random() % 40; n != 0; --n) {
            value += letters[random() % letters.size()];
        }
        static_cast<void>(rill::detail::parse_forwarded(value));
        static_cast<void>(rill::detail::node_address(value));
        const auto address = seen("10.1.2.3", {value});
        BOOST_TEST_REQUIRE(rill::detail::parse_ip_address(address).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
