#include "http/address_key.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(address_key_test)

BOOST_AUTO_TEST_CASE(addresses_of_one_client_have_the_same_key)
{
    using rill::detail::address_key;
    BOOST_TEST(address_key("127.0.0.1") != address_key("127.0.0.2"));
    BOOST_TEST(address_key("127.0.0.1") == address_key("::ffff:127.0.0.1"));
    BOOST_TEST(address_key("2001:db8:1:2::1") == address_key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    BOOST_TEST(address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1"));
    BOOST_TEST(address_key("fe80::1%eth0") == address_key("fe80::2"));
    BOOST_TEST(address_key("2001:db8:100::1") != address_key("32.1.13.184")); // the same first four bytes
    BOOST_TEST(address_key("::1") != address_key("0.0.0.1"));
    BOOST_TEST(address_key("") == 0U);
    BOOST_TEST(address_key("unix") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
