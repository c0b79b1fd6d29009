#include <boost/test/unit_test.hpp>
#include <hello/app.hpp>

#include "support/client.hpp"
#include "support/running_server.hpp"

BOOST_AUTO_TEST_SUITE(hello_test)

BOOST_AUTO_TEST_CASE(greets)
{
    rill_test::running_server server(hello::app());
    rill_test::client client(server.port());
    client.get("/");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.body() == "hello, world\n");
}

BOOST_AUTO_TEST_CASE(greets_again_on_the_same_connection)
{
    rill_test::running_server server(hello::app());
    rill_test::client client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.get("/");
        BOOST_TEST(client.body() == "hello, world\n");
    }
}

BOOST_AUTO_TEST_CASE(other_paths_are_not_found)
{
    rill_test::running_server server(hello::app());
    BOOST_TEST(rill_test::client(server.port()).get("/other").status() == 404);
}

BOOST_AUTO_TEST_SUITE_END()
