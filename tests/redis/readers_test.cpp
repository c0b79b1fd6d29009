#include "redis/readers.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace rill::redis::detail;

BOOST_AUTO_TEST_SUITE(redis_readers_test)

namespace {

struct listing_reader final : rill::pubsub::backplane::reader
{
    std::vector<std::string> items;

    void on_begin(const rill::pubsub::log_position& at) override { items.push_back("begin " + at.id); }
    void on_event(rill::pubsub::event_draft, std::string_view id, std::uint64_t) override { items.emplace_back(id); }
    void on_gap(const rill::pubsub::log_position& at) override { items.push_back("gap " + at.id); }
};

stream_entry entry(std::uint64_t number)
{
    stream_entry made;
    made.id = std::to_string(number) + "-0";
    made.number = number;
    made.event.data = "x";
    return made;
}

stream_entry epoch(std::uint64_t number)
{
    auto made = entry(number);
    made.begins_epoch = true;
    return made;
}

struct fixture
{
    log_state state{{}};
    readers all{state};
    listing_reader reader;

    unsigned add(std::uint64_t position)
    {
        all.add(reader, 0);
        const auto ticket = all.next_behind().value().ticket;
        all.begin(ticket, position);
        return ticket;
    }
    void expect(const std::vector<std::string>& items)
    {
        BOOST_TEST(reader.items == items, boost::test_tools::per_element());
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_reader_at_the_live_position_gets_live_events, fixture)
{
    all.begin_live(5, 10);
    add(10);
    BOOST_TEST(!all.next_behind());
    all.pass_live({entry(11), entry(12)});
    expect({"begin 10", "11", "12"});
    all.remove(reader);
    all.pass_live({entry(13)});
    BOOST_TEST(reader.items.size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_reader_behind_gets_the_past_first, fixture)
{
    all.begin_live(5, 10);
    const auto ticket = add(7);
    all.pass_live({entry(11)}); // not for this reader yet
    BOOST_TEST(all.next_behind().value().position == 7U);
    all.pass_past(ticket, {entry(8), entry(9), entry(10)});
    BOOST_TEST(all.next_behind().value().position == 10U);
    all.pass_past(ticket, {entry(11), entry(12)}); // 12 is not live yet
    BOOST_TEST(!all.next_behind());
    all.pass_live({entry(12)});
    expect({"begin 7", "8", "9", "10", "11", "12"});
}

BOOST_FIXTURE_TEST_CASE(a_reader_ahead_of_the_feed_gets_no_event_twice, fixture)
{
    all.begin_live(5, 10);
    add(12);
    all.pass_live({entry(11), entry(12), entry(13)});
    expect({"begin 12", "13"});
}

BOOST_FIXTURE_TEST_CASE(a_missing_number_is_a_gap, fixture)
{
    all.begin_live(5, 10);
    add(10);
    all.pass_live({entry(11), entry(14)});
    all.skip_to(20);
    expect({"begin 10", "11", "gap 13", "14", "gap 20"});
    BOOST_TEST(state.stats().gaps == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_new_epoch_is_a_gap, fixture)
{
    all.begin_live(5, 10);
    add(10);
    all.pass_live({epoch(100), entry(101)});
    expect({"begin 10", "gap 100", "101"});
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_began_in_an_older_epoch_gets_a_gap, fixture)
{
    const auto ticket = add(10);
    all.begin_live(100, 105);
    BOOST_TEST(all.next_behind().value().position == 100U);
    all.pass_past(ticket, {entry(101)});
    all.skip_past(ticket); // the rest is no longer on the server
    expect({"begin 10", "gap 100", "101", "gap 105"});
}

BOOST_FIXTURE_TEST_CASE(an_entry_that_is_no_event_is_a_gap, fixture)
{
    all.begin_live(5, 10);
    add(10);
    auto foreign = entry(0);
    foreign.id = "11-7";
    auto broken = entry(11);
    broken.event.name = "a\nb";
    all.pass_live({foreign, broken, entry(12)});
    expect({"begin 10", "gap 11", "12"});
}

BOOST_AUTO_TEST_SUITE_END()
