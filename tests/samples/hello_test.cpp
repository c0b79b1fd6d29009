#include <boost/test/unit_test.hpp>
#include <hello/app.hpp>
#include <rill/testing.hpp>

BOOST_AUTO_TEST_SUITE(hello_test)

BOOST_AUTO_TEST_CASE(greets)
{
    rill::testing::server app(hello::app());
    const auto answer = app.get("/");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "hello, world\n");
}

BOOST_AUTO_TEST_CASE(greets_again_on_the_same_connection)
{
    rill::testing::server app(hello::app());
    auto client = app.connect();
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(client.get("/").body == "hello, world\n");
    }
}

BOOST_AUTO_TEST_CASE(other_paths_are_not_found)
{
    rill::testing::server app(hello::app());
    BOOST_TEST(app.get("/other").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
