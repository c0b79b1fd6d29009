#include "transport/capacity.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(capacity_test)

namespace {

using rill::transport::capacity;
using rill::transport::held_body;
using rill::transport::queued_share;
using slot = capacity::slot;

} // namespace

BOOST_AUTO_TEST_CASE(without_limits_every_connection_has_a_slot)
{
    const rill::capacity_limits limits{.max_queued_bytes = 0};
    capacity all(limits);
    for (int i = 0; i < 1000; ++i) {
        BOOST_REQUIRE((all.admit(0) == slot::granted));
        BOOST_REQUIRE(all.admit_stream(0));
        BOOST_REQUIRE(all.queue(1UL << 30));
    }
    BOOST_TEST(all.connections == 1000U);
    BOOST_TEST(all.streams == 1000U);
}

BOOST_AUTO_TEST_CASE(a_released_slot_can_be_taken_again)
{
    const rill::capacity_limits limits{.max_connections = 2, .max_connections_per_address = 1};
    capacity all(limits);
    BOOST_TEST((all.admit(7) == slot::granted));
    BOOST_TEST((all.admit(7) == slot::provisional)); // at the limit of its address
    BOOST_TEST((all.admit(8) == slot::granted));
    BOOST_TEST((all.admit(9) == slot::provisional)); // at the limit of the server
    BOOST_TEST(all.connections == 2U);
    BOOST_TEST(all.provisional == 2U);
    BOOST_TEST(!all.confirm(9));
    all.release(slot::provisional, 9);
    all.release(slot::granted, 7);
    BOOST_TEST(all.confirm(7)); // the connection had a provisional slot
    BOOST_TEST(all.provisional == 0U);
    BOOST_TEST(all.connections == 2U);
    BOOST_TEST((all.admit(9) == slot::provisional));
    all.release(slot::granted, 7);
    BOOST_TEST(all.confirm(9));
    BOOST_TEST((all.admit(7) == slot::provisional));
    for (int i = 0; i < 15; ++i) {
        BOOST_TEST((all.admit(10) == slot::provisional));
    }
    BOOST_TEST((all.admit(10) == slot::rejected));
    BOOST_TEST(all.provisional == 16U);
    BOOST_TEST(all.refused_connections == 2U);
    all.release(slot::provisional, 10);
    BOOST_TEST(all.refused_connections == 3U);
}

BOOST_AUTO_TEST_CASE(streams_of_one_address_have_a_limit)
{
    const rill::capacity_limits limits{.max_streams = 3, .max_streams_per_address = 2};
    capacity all(limits);
    BOOST_TEST(all.admit_stream(7));
    BOOST_TEST(all.admit_stream(7));
    BOOST_TEST(!all.admit_stream(7));
    BOOST_TEST(all.admit_stream(8));
    BOOST_TEST(!all.admit_stream(8));
    all.release_stream(7);
    BOOST_TEST(all.admit_stream(8));
}

BOOST_AUTO_TEST_CASE(the_destructor_of_queued_share_releases_its_bytes)
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

// Several threads take and release slots at the same time. The limit holds, and no slot is lost.
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
                if (all.admit_stream(address)) {
                    too_many = too_many || ++there > 3;
                    --there;
                    all.release_stream(address);
                }
            }
        });
    }
    for (auto& worker : workers) {
        worker.join();
    }
    BOOST_TEST(!too_many);
    BOOST_TEST(all.streams == 0U);
    BOOST_TEST(all.admit_stream(1));
}

BOOST_AUTO_TEST_CASE(a_peer_without_address_has_no_limit_per_address)
{
    const rill::capacity_limits limits{.max_connections_per_address = 1, .max_streams_per_address = 1};
    capacity all(limits);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST((all.admit(0) == capacity::slot::granted));
        BOOST_TEST(all.admit_stream(0));
    }
    for (int i = 0; i < 3; ++i) {
        all.release(capacity::slot::granted, 0);
        all.release_stream(0);
    }
    BOOST_TEST((all.admit(1) == capacity::slot::granted));
    BOOST_TEST((all.admit(1) == capacity::slot::provisional));
}

BOOST_AUTO_TEST_CASE(held_bodies_have_a_limit)
{
    const rill::capacity_limits limits{.max_queued_bytes = 50, .max_body_bytes = 100};
    capacity all(limits);
    BOOST_TEST(all.can_queue(50));
    BOOST_TEST(!all.can_queue(51));
    {
        held_body one(all);
        held_body other(all);
        BOOST_TEST(one.grow_to(60));
        BOOST_TEST(one.grow_to(40)); // a smaller size releases nothing
        BOOST_TEST(other.grow_to(40));
        BOOST_TEST(!other.grow_to(41));
        BOOST_TEST(all.body_bytes == 100U);
    }
    BOOST_TEST(all.body_bytes == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
