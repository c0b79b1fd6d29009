#include "transport/deferred_list.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <stdexcept>
#include <vector>

#include "transport/fake_connection.hpp"

BOOST_AUTO_TEST_SUITE(deferred_list_test)

namespace {

using rill::transport::connection_table;
using rill::transport::deferred_list;
using rill_test::fake_connection;

struct deferring
{
    boost::asio::io_context io{1};
    connection_table table;
    deferred_list list{io, table};
    std::deque<fake_connection> all;
    std::vector<int> order;

    explicit deferring(int count)
    {
        table.reserve(count);
        for (int i = 0; i < count; ++i) {
            all.emplace_back().on_call = [this, i] { order.push_back(i); };
            table.add(i, all.back());
        }
    }

    // Runs one turn of the event loop. Returns the number of functions that ran.
    std::size_t turn()
    {
        io.restart();
        return io.poll_one();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(connections_are_called_in_order_from_the_event_loop)
{
    deferring d(3);
    d.list.push(2);
    d.list.push(0);
    d.list.push(2); // already in the list
    d.list.push(1);
    BOOST_TEST(d.order.empty());
    d.turn();
    BOOST_TEST(d.order == (std::vector{2, 0, 1}), boost::test_tools::per_element());
    BOOST_TEST(d.turn() == 0U);
}

BOOST_AUTO_TEST_CASE(a_push_during_a_run_is_called_in_the_next_run)
{
    deferring d(2);
    bool again = true;
    d.all[0].on_call = [&] {
        d.order.push_back(0);
        if (std::exchange(again, false)) {
            d.list.push(0);
        }
    };
    d.list.push(0);
    d.list.push(1);
    d.turn();
    BOOST_TEST(d.order == (std::vector{0, 1}), boost::test_tools::per_element());
    d.turn();
    BOOST_TEST(d.order == (std::vector{0, 1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_removed_connection_is_not_called)
{
    for (const int removed : {0, 1, 2, 3}) { // connection 3 is not in the list
        deferring d(4);
        for (const int i : {0, 1, 2}) {
            d.list.push(i);
        }
        d.list.remove(removed);
        d.list.push(removed == 3 ? 3 : removed); // checks that push() still works at the end of the list
        d.turn();
        BOOST_TEST(d.order.size() == (removed == 3 ? 4U : 3U));
        BOOST_TEST(d.order.back() == removed);
    }
    deferring one(1);
    one.list.push(0);
    one.list.remove(0);
    one.turn();
    BOOST_TEST(one.order.empty());
}

BOOST_AUTO_TEST_CASE(a_connection_may_remove_the_next_one)
{
    deferring d(3);
    d.all[0].on_call = [&] { d.list.remove(1); };
    for (const int i : {0, 1, 2}) {
        d.list.push(i);
    }
    d.turn();
    BOOST_TEST(d.order == (std::vector{2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(after_an_exception_the_other_connections_are_called)
{
    deferring d(3);
    d.all[0].on_call = [] { throw std::runtime_error("from a completion handler"); };
    for (const int i : {0, 1, 2}) {
        d.list.push(i);
    }
    BOOST_CHECK_THROW(d.turn(), std::runtime_error);
    BOOST_TEST(d.order == (std::vector{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
