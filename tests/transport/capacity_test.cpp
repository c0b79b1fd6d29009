#include "transport/capacity.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(capacity_test)

namespace {

using rill::transport::capacity;
using rill::transport::held_body;
using rill::transport::queued_share;
using place = capacity::place;

} // namespace

BOOST_AUTO_TEST_CASE(without_limits_there_is_always_a_place)
{
    const rill::capacity_limits limits{.max_queued_bytes = 0};
    capacity all(limits);
    for (int i = 0; i < 1000; ++i) {
        BOOST_REQUIRE((all.enter(0) == place::given));
        BOOST_REQUIRE(all.enter_stream(0));
        BOOST_REQUIRE(all.queue(1UL << 30));
    }
    BOOST_TEST(all.connections == 1000U);
    BOOST_TEST(all.streams == 1000U);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_left_is_another_ones)
{
    const rill::capacity_limits limits{.max_connections = 2, .max_connections_per_address = 1};
    capacity all(limits);
    BOOST_TEST((all.enter(7) == place::given));
    BOOST_TEST((all.enter(7) == place::none)); // for its address
    BOOST_TEST((all.enter(8) == place::given));
    BOOST_TEST((all.enter(9) == place::none)); // for the server
    BOOST_TEST(all.connections == 2U);
    BOOST_TEST(all.refusing == 2U);
    BOOST_TEST(!all.enter_late(9));
    all.leave(place::none, 9);
    all.leave(place::given, 7);
    BOOST_TEST(all.enter_late(7)); // which has waited
    BOOST_TEST(all.refusing == 0U);
    BOOST_TEST(all.connections == 2U);
    BOOST_TEST((all.enter(9) == place::none));
    all.leave(place::given, 7);
    BOOST_TEST(all.enter_late(9));
    BOOST_TEST((all.enter(7) == place::none));
    for (int i = 0; i < 15; ++i) {
        BOOST_TEST((all.enter(10) == place::none));
    }
    BOOST_TEST((all.enter(10) == place::none_left));
    BOOST_TEST(all.refusing == 16U);
    BOOST_TEST(all.refused_connections == 2U);
    all.leave(place::none, 10);
    BOOST_TEST(all.refused_connections == 3U);
}

BOOST_AUTO_TEST_CASE(streams_of_one_address)
{
    const rill::capacity_limits limits{.max_streams = 3, .max_streams_per_address = 2};
    capacity all(limits);
    BOOST_TEST(all.enter_stream(7));
    BOOST_TEST(all.enter_stream(7));
    BOOST_TEST(!all.enter_stream(7));
    BOOST_TEST(all.enter_stream(8));
    BOOST_TEST(!all.enter_stream(8));
    all.leave_stream(7);
    BOOST_TEST(all.enter_stream(8));
}

BOOST_AUTO_TEST_CASE(what_is_queued_is_given_back_with_its_owner)
{
    const rill::capacity_limits limits{.max_queued_bytes = 100};
    capacity all(limits);
    {
        queued_share one(all);
        BOOST_TEST(one.grow(60));
        queued_share other(all);
        BOOST_TEST(other.grow(40));
        BOOST_TEST(!other.grow(1));
        BOOST_TEST(all.queued_bytes == 100U);
        one.shrink(20);
        BOOST_TEST(other.grow(20));
    }
    BOOST_TEST(all.queued_bytes == 0U);
}

// Whatever the threads do at once: never more than there may be, and none is left over.
BOOST_AUTO_TEST_CASE(all_workers_share_one_limit)
{
    const rill::capacity_limits limits{.max_streams = 3, .max_streams_per_address = 2};
    capacity all(limits);
    std::atomic<int> there{0};
    std::atomic<bool> too_many{false};
    std::vector<std::thread> workers;
    for (std::uint64_t address = 1; address <= 4; ++address) {
        workers.emplace_back([&, address] {
            for (int i = 0; i < 20'000; ++i) {
                if (all.enter_stream(address)) {
                    too_many = too_many || ++there > 3;
                    --there;
                    all.leave_stream(address);
                }
            }
        });
    }
    for (auto& worker : workers) {
        worker.join();
    }
    BOOST_TEST(!too_many);
    BOOST_TEST(all.streams == 0U);
    BOOST_TEST(all.enter_stream(1));
}

BOOST_AUTO_TEST_CASE(who_has_no_address_is_not_counted_by_it)
{
    const rill::capacity_limits limits{.max_connections_per_address = 1, .max_streams_per_address = 1};
    capacity all(limits);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST((all.enter(0) == capacity::place::given));
        BOOST_TEST(all.enter_stream(0));
    }
    for (int i = 0; i < 3; ++i) {
        all.leave(capacity::place::given, 0);
        all.leave_stream(0);
    }
    BOOST_TEST((all.enter(1) == capacity::place::given));
    BOOST_TEST((all.enter(1) == capacity::place::none));
}

BOOST_AUTO_TEST_CASE(bodies_that_are_held)
{
    const rill::capacity_limits limits{.max_queued_bytes = 50, .max_body_bytes = 100};
    capacity all(limits);
    BOOST_TEST(all.can_queue(50));
    BOOST_TEST(!all.can_queue(51));
    {
        held_body one(all);
        held_body other(all);
        BOOST_TEST(one.grow_to(60));
        BOOST_TEST(one.grow_to(40)); // is less than it was: nothing is given back before the end
        BOOST_TEST(other.grow_to(40));
        BOOST_TEST(!other.grow_to(41));
        BOOST_TEST(all.body_bytes == 100U);
    }
    BOOST_TEST(all.body_bytes == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
