#include <rill/client/error.hpp>

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(client_error_test)

using rill::client::errc;

BOOST_AUTO_TEST_CASE(every_error_has_a_message_of_its_own)
{
    std::set<std::string> messages;
    for (int value = 1; value <= static_cast<int>(errc::too_many_attempts); ++value) {
        const auto ec = make_error_code(static_cast<errc>(value));
        BOOST_TEST(ec.message() != "unknown error");
        BOOST_TEST(messages.insert(ec.message()).second);
    }
    BOOST_TEST(rill::error_code(99, rill::client::error_category()).message() == "unknown error");
    BOOST_TEST(std::string(rill::client::error_category().name()) == "rill.client");
}

BOOST_AUTO_TEST_SUITE_END()
