#include "transport/memory_trimmer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include "transport/fake_connection.hpp"

BOOST_AUTO_TEST_SUITE(memory_trimmer_test)

namespace {

using namespace std::chrono_literals;
using rill::transport::connection_table;
using rill::transport::memory_trimmer;

// trim() shrinks the table. Therefore its capacity shows that the memory was trimmed.
struct trimming
{
    boost::asio::io_context io{1};
    rill::timer_service& timers = rill::timer_service::of(io);
    connection_table table;
    memory_trimmer trimmer{timers, table};

    trimming()
    {
        timers.use_manual_clock();
        table.reserve(9);
    }

    void close(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            trimmer.connection_closed();
        }
    }

    bool is_trimmed() const { return table.capacity() == 0; }
};

} // namespace

BOOST_AUTO_TEST_CASE(few_closed_connections_trim_nothing)
{
    trimming t;
    t.close(memory_trimmer::trim_after - 1);
    t.timers.advance(1h);
    BOOST_TEST(!t.is_trimmed());
    t.close(1);
    BOOST_TEST(!t.is_trimmed()); // the trimmer waits, because more connections may close
    t.timers.advance(1s);
    BOOST_TEST(t.is_trimmed());
}

BOOST_AUTO_TEST_CASE(many_more_closed_connections_trim_twice)
{
    for (const std::size_t times : {1U, 2U}) {
        trimming t;
        t.close(times * memory_trimmer::trim_after);
        t.timers.advance(251ms);
        BOOST_TEST(t.is_trimmed());
        t.table.reserve(9);
        t.close(1);
        t.timers.advance(1s);
        BOOST_TEST(t.is_trimmed() == (times == 2));
    }
}

BOOST_AUTO_TEST_SUITE_END()
