#include "sqlite/log_state.hpp"

#include "sqlite/log_file.hpp"
#include "sqlite/log_fixture.hpp"

using rill::sqlite::detail::begin_epoch;
using rill::sqlite::detail::log_state;
using rill::sqlite::detail::may_have_lost;

BOOST_AUTO_TEST_SUITE(sqlite_log_state_test)

BOOST_AUTO_TEST_CASE(a_power_loss_and_a_copy_may_have_lost_events)
{
    const log_state synced{.unsynced = false, .boot = "a", .file = {1, 2}};
    const log_state unsynced{.unsynced = true, .boot = "a", .file = {1, 2}};
    for (const auto& state : {synced, unsynced}) {
        BOOST_TEST(!may_have_lost(state, "a", {1, 2}));
        BOOST_TEST(may_have_lost(state, "a", {1, 3}));
        BOOST_TEST(may_have_lost(state, "a", {2, 2}));
        BOOST_TEST(may_have_lost(state, "b", {1, 3}));
    }
    BOOST_TEST(may_have_lost(unsynced, "b", {1, 2}));
    BOOST_TEST(may_have_lost(unsynced, "", {1, 2}));
    BOOST_TEST(!may_have_lost(synced, "b", {1, 2}));
    BOOST_TEST(!may_have_lost(synced, "b", {2, 2})); // a disk may get another number at a restart of the system
}

BOOST_AUTO_TEST_CASE(an_epoch_begins_after_all_known_ids)
{
    log_state state;
    begin_epoch(state, 0, "a", {1, 2});
    BOOST_TEST(state.epoch > 1'700'000'000'000'000U);
    BOOST_TEST(state.floor == state.epoch);
    BOOST_TEST(state.last == state.epoch);
    BOOST_TEST(state.origin == state.epoch);
    const auto origin = state.origin;
    const std::uint64_t future = UINT64_MAX / 4;
    state.last = future;
    begin_epoch(state, future + 5, "b", {3, 4});
    BOOST_TEST(state.epoch > future + 5);
    BOOST_TEST(state.origin == origin);
    BOOST_TEST(state.boot == "b");
    BOOST_TEST(state.file.inode == 4U);
}

BOOST_AUTO_TEST_CASE(a_log_that_lacks_a_known_event_has_lost_it)
{
    using rill::sqlite::detail::has_lost;
    const log_state state{.epoch = 100, .floor = 100, .last = 110};
    BOOST_TEST(!has_lost(state, {100, 110}));
    BOOST_TEST(!has_lost(state, {100, 100}));
    BOOST_TEST(has_lost(state, {100, 111}));
    BOOST_TEST(!has_lost(state, {50, 60})); // a later epoch
    BOOST_TEST(!has_lost(state, {50, 100}));
    BOOST_TEST(has_lost(state, {50, 101})); // events of another file with the same ids
    BOOST_TEST(has_lost(state, {105, 105}));
}

BOOST_AUTO_TEST_CASE(the_row_keeps_all_values)
{
    using namespace rill::sqlite::detail;
    temporary_directory files;
    log_file log({.file = files.file()}, database::access::create, {});
    const log_state written{.origin = 1,
                            .epoch = 2,
                            .floor = 3,
                            .last = 4,
                            .events = 5,
                            .bytes = 6,
                            .unsynced = true,
                            .boot = "b",
                            .file = {.device = 7, .inode = 8}};
    log.state().write(written);
    const auto read = log.state().read();
    BOOST_TEST(read.origin == 1U);
    BOOST_TEST(read.epoch == 2U);
    BOOST_TEST(read.floor == 3U);
    BOOST_TEST(read.last == 4U);
    BOOST_TEST(read.events == 5U);
    BOOST_TEST(read.bytes == 6U);
    BOOST_TEST(read.unsynced);
    BOOST_TEST(read.boot == "b");
    BOOST_TEST((read.file == written.file));
}

BOOST_AUTO_TEST_SUITE_END()
