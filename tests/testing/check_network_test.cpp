#include <boost/test/unit_test.hpp>
#include <string_view>

#include "testing/application.hpp"

BOOST_AUTO_TEST_SUITE(testing_check_network_test)

BOOST_AUTO_TEST_CASE(refuses_network_options)
{
    const auto refused = [](const rill::testing::network_options& network, const char* message) {
        BOOST_CHECK_EXCEPTION(rill::testing::server(rill_test::application(), {.network = network}),
                              std::invalid_argument,
                              [&](const auto& e) { return std::string_view(e.what()) == message; });
    };
    refused({.client_address = "no address"},
            "testing::network_options: client_address = 'no address': must be an IP address");
    refused({.receive_buffer = 0}, "testing::network_options: receive_buffer = 0: must be 1 or more");
    refused({.send_buffer = 0}, "testing::network_options: send_buffer = 0: must be 1 or more");
    refused({.max_unread_bytes = 0}, "testing::network_options: max_unread_bytes = 0: must be 1 or more");
}

BOOST_AUTO_TEST_SUITE_END()
