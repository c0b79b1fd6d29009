#include <rill/redis/backplane.hpp>

#include "log_fixture.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill_test;
using rill::redis::backplane;

BOOST_AUTO_TEST_SUITE(redis_backplane_test)

BOOST_AUTO_TEST_CASE(appended_events_reach_every_reader_in_one_order)
{
    const redis_server server;
    backplane one(options_for(server));
    backplane two(options_for(server));
    collecting_reader first;
    collecting_reader second;
    one.tail(first, {});
    two.tail(second, {});
    const auto start = first.wait_for(1);
    second.wait_for(1);
    const auto a = append(one, "a").value();
    const auto b = append(two, "b").value();
    BOOST_TEST(std::stoull(a) == start[0].number + 1);
    BOOST_TEST(std::stoull(b) == start[0].number + 2);
    first.wait_for(3);
    second.wait_for(3);
    BOOST_TEST((first.texts() == std::vector<std::string>{"begin", "a", "b"}));
    BOOST_TEST((second.texts() == std::vector<std::string>{"begin", "a", "b"}));
    one.stop(first);
    two.stop(second);
}

BOOST_AUTO_TEST_CASE(the_past_is_read_page_by_page)
{
    const redis_server server;
    backplane log(options_for(server));
    std::vector<std::string> ids;
    for (const auto* data : {"a", "b", "c", "d"}) {
        ids.push_back(append(log, data).value());
    }
    auto page = read_after(log, {.after = ids[0], .max_events = 2}).value();
    BOOST_REQUIRE(page.events.size() == 2);
    BOOST_TEST(page.events[0].event.data() == "b");
    BOOST_TEST(page.end.id == ids[2]);
    BOOST_TEST(!page.at_end);
    page = read_after(log, {.after = page.end.id, .max_events = 2}).value();
    BOOST_REQUIRE(page.events.size() == 1);
    BOOST_TEST(page.events[0].id == ids[3]);
    BOOST_TEST(page.at_end);
    const auto unknown = rill::make_error_code(rill::error::unknown_event_id);
    BOOST_TEST((read_after(log, {.after = "7"}).error() == unknown));
    BOOST_TEST((read_after(log, {.after = "x"}).error() == unknown));
    BOOST_TEST((read_after(log, {.after = std::to_string(std::stoull(ids[3]) + 1)}).error() == unknown));
}

BOOST_AUTO_TEST_CASE(a_restart_of_a_persistent_server_begins_an_epoch_and_keeps_reading)
{
    redis_server server({.is_persistent = true});
    backplane log(options_for(server));
    collecting_reader reader;
    log.tail(reader, {});
    reader.wait_for(1);
    const auto a = append(log, "a").value();
    reader.wait_for(2);
    server.kill();
    auto later = append_later(log, "b");
    server.start();
    const auto b = get(std::move(later)).value();
    const auto items = reader.wait_for_last("b");
    BOOST_TEST((reader.texts() == std::vector<std::string>{"begin", "a", "gap", "b"}));
    BOOST_TEST(items[2].number > items[1].number);
    BOOST_TEST(std::stoull(b) > std::stoull(a));
    BOOST_TEST((read_after(log, {.after = a}).error() == rill::make_error_code(rill::error::unknown_event_id)));
    log.stop(reader);
}

BOOST_AUTO_TEST_SUITE_END()
