#include "transport/connection_table.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "transport/fake_connection.hpp"

BOOST_AUTO_TEST_SUITE(connection_table_test)

using rill::transport::connection;
using rill::transport::connection_table;
using rill_test::fake_connection;

BOOST_AUTO_TEST_CASE(connections_are_found_by_their_socket)
{
    connection_table table;
    fake_connection a;
    fake_connection b;
    table.reserve(7);
    table.add(7, a);
    table.add(3, b);
    BOOST_TEST(table.size() == 2U);
    BOOST_TEST((table.at(7) == &a));
    BOOST_TEST((table.at(3) == &b));
    BOOST_TEST((table.at(4) == nullptr));
    table.remove(7);
    BOOST_TEST((table.at(7) == nullptr));
    BOOST_TEST(table.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_entry_is_kept_when_others_are_reserved)
{
    connection_table table;
    fake_connection a;
    table.reserve(5);
    table.add(5, a);
    table.reserve(2);
    table.reserve(500);
    BOOST_TEST((table.at(5) == &a));
    BOOST_TEST(table.capacity() == 501U);
}

BOOST_AUTO_TEST_CASE(a_visitor_may_remove_connections)
{
    connection_table table;
    std::vector<fake_connection> all(4);
    table.reserve(3);
    for (int i = 0; i < 4; ++i) {
        table.add(i, all[static_cast<std::size_t>(i)]);
    }
    std::vector<connection*> seen;
    table.for_each([&](connection& c) {
        seen.push_back(&c);
        if (&c == &all[1]) {
            table.remove(1);
            table.remove(2);
        }
    });
    BOOST_TEST((seen == std::vector<connection*>{&all[0], &all[1], &all[3]}));
    BOOST_TEST(table.size() == 2U);
}

BOOST_AUTO_TEST_CASE(shrink_frees_the_end_of_the_table)
{
    connection_table table;
    fake_connection a;
    table.reserve(1000);
    table.add(10, a);
    table.shrink();
    BOOST_TEST(table.capacity() == 11U);
    BOOST_TEST((table.at(10) == &a));
    table.remove(10);
    table.shrink();
    BOOST_TEST(table.capacity() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
