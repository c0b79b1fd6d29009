#include <rill/routing/middleware.hpp>

#include <stdexcept>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(hosts_suite)

namespace {

using rill::status;
using rill_test::text;
using rill_test::through;
using rill_test::with;

} // namespace

BOOST_AUTO_TEST_CASE(other_hosts_are_refused)
{
    const auto around = rill::middleware::hosts({"Example.org", "*.example.net", "192.0.2.1", "[2001:DB8::1]"});
    for (const auto* host :
         {"example.org", "EXAMPLE.ORG", "example.org.", "example.org:8080", "example.org:", "a.example.net",
          "a.b.Example.net:1", "192.0.2.1:80", "[2001:db8::1]", "[2001:db8:0::1]:80"})
    {
        BOOST_TEST(text(through(around, with({{"Host", host}}))) == "body", host);
    }
    for (const auto* host :
         {"example.com", "an.example.org", "xexample.org", "example.org.evil", "example.net", ".example.net",
          "xexample.net", "192.0.2.10", "2001:db8::1", "[2001:db8::2]", "[2001:db8::1", "[", "", "localhost"})
    {
        const auto r = through(around, with({{"Host", host}}));
        BOOST_TEST((r.status() == status::misdirected_request), host);
        BOOST_TEST(!r.closes_connection());
    }
    BOOST_TEST(text(through(around, with({}))) == "body"); // HTTP/1.0 does not require Host
    BOOST_TEST((through(rill::middleware::hosts({}), with({{"Host", "a"}})).status() == status::misdirected_request));
}

BOOST_AUTO_TEST_CASE(malformed_hosts_throw)
{
    for (const auto* name : {"", "*", "*.", "*.*.org", "a*.org", "example.org:80", "http://example.org", "a b", "[",
                             "[]", "[::1", "[::1]:80", "[a]", "::1", ".example.org", "a,b", "a/b"})
    {
        BOOST_CHECK_THROW(rill::middleware::hosts({"example.org", name}), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_SUITE_END()
