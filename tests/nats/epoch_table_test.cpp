#include "nats/epoch_table.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_epoch_table_test)

namespace {

using namespace rill::nats;

// Sequences 1 to 9 have the numbers 1001 to 1009, 10 to 19 have 2010 to 2019, and the sequences from 20 have 3020 on.
epoch_table three_epochs()
{
    epoch_table table(7);
    table.add(1, 1001, "a", false);
    table.add(10, 2010, "b", false);
    table.add(20, 3020, "c", false);
    return table;
}

const stream_info whole{.created = 7, .first = 1, .last = 25};

std::uint64_t sequence(const epoch_table& table, std::uint64_t number, const stream_info& info = whole)
{
    return table.sequence(number, info).value_or(99);
}

} // namespace

BOOST_AUTO_TEST_CASE(maps_sequences_to_numbers_and_back)
{
    const auto table = three_epochs();
    BOOST_TEST(table.number(9) == 1009U);
    BOOST_TEST(table.number(10) == 2010U);
    BOOST_TEST(table.number(25) == 3025U);
    BOOST_TEST(table.position(8) == 1008U);
    BOOST_TEST(table.position(9) == 1009U);
    BOOST_TEST(table.position_before(10) == 2009U);
    for (const auto& [number, expected] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {1000, 0}, {1001, 1}, {1009, 9}, {2009, 9}, {2010, 10}, {2019, 19}, {3019, 19}, {3025, 25}})
    {
        BOOST_TEST(sequence(table, number) == expected);
    }
    for (const std::uint64_t number : {0, 7, 999, 1010, 2008, 2020, 3018, 3026}) {
        BOOST_TEST(sequence(table, number) == 99U);
    }
}

BOOST_AUTO_TEST_CASE(knows_positions_after_the_end)
{
    const auto table = three_epochs();
    BOOST_TEST(!table.is_after_end(3025, whole));
    BOOST_TEST(table.is_after_end(3026, whole));
    BOOST_TEST(!table.is_after_end(2030, whole)); // the next epoch follows
    BOOST_TEST(!table.is_after_end(7, whole));
    BOOST_TEST(!epoch_table().is_after_end(7, whole));
}

BOOST_AUTO_TEST_CASE(refuses_positions_before_removed_events)
{
    const auto table = three_epochs();
    const stream_info info{.created = 7, .first = 12, .last = 25};
    BOOST_TEST(sequence(table, 2011, info) == 11U);
    BOOST_TEST(sequence(table, 2010, info) == 99U);
    BOOST_TEST(sequence(table, 1009, info) == 99U);
}

BOOST_AUTO_TEST_CASE(refuses_positions_before_lost_events)
{
    auto table = three_epochs();
    BOOST_TEST(!table.mark_lost(3030));
    BOOST_TEST(table.mark_lost(1012)); // lost after the restart that began the second epoch
    BOOST_TEST(table.position(9) == 2009U);
    BOOST_TEST(sequence(table, 1009) == 99U);
    BOOST_TEST(sequence(table, 2009) == 9U);
    BOOST_TEST(sequence(table, 2015) == 15U);
    BOOST_TEST(table.newest_barrier() == 10U);
    BOOST_TEST(table.sequence_after_loss(1012, whole) == 9U);
    BOOST_TEST(table.sequence_after_loss(1012, {.created = 7, .first = 15, .last = 25}) == 14U);
    BOOST_TEST(table.holds(2015, whole));
    BOOST_TEST(!table.holds(1012, whole));
}

BOOST_AUTO_TEST_CASE(converts_ids)
{
    auto table = three_epochs();
    BOOST_TEST(table.sequence_of("2010", whole).value_or(99) == 10U);
    BOOST_TEST(table.sequence_of("", whole).value_or(99) == 0U);
    for (const auto* id : {"x", "-1", "02010", "2010 ", "99999999999999999999", "18446744073709551615"}) {
        BOOST_TEST(!table.sequence_of(id, whole).has_value(), id);
    }
    table.mark_lost(1005);
    BOOST_TEST(!table.sequence_of("", whole).has_value());
    BOOST_TEST(!three_epochs().sequence_of("", {.created = 7, .first = 2, .last = 5}).has_value());
}

BOOST_AUTO_TEST_CASE(reads_its_own_text)
{
    auto table = three_epochs();
    table.mark_lost(1005);
    const auto read = epoch_table::parse(table.text());
    BOOST_TEST(read.text() == table.text());
    BOOST_TEST(read.created() == 7U);
    BOOST_TEST(read.run() == "c");
    BOOST_TEST(read.newest_barrier() == 10U);
    for (const auto* text : {"", "x", "[]", "{}", R"({"created":1,"epochs":[1]})"}) {
        BOOST_TEST(epoch_table::parse(text).epochs().empty(), text);
    }
}

BOOST_AUTO_TEST_CASE(removes_epochs_without_events)
{
    auto table = three_epochs();
    table.remove_before(10);
    BOOST_TEST(table.epochs().size() == 3U);
    table.remove_before(11);
    BOOST_TEST(table.epochs().size() == 2U);
    table.remove_before(1000);
    BOOST_TEST(table.epochs().size() == 1U);
    for (std::uint64_t i = 0; i < 300; ++i) {
        table.add(20, 4000 + i * 100, "d", false);
    }
    BOOST_TEST(table.epochs().size() == 100U);
    BOOST_TEST(table.number(20) == 33900U);
}

BOOST_AUTO_TEST_SUITE_END()
