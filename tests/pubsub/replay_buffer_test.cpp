#include "pubsub/replay_buffer.hpp"

#include "replay_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(replay_buffer_test)

BOOST_AUTO_TEST_CASE(an_empty_buffer)
{
    const replay_buffer buffer({});
    BOOST_TEST(buffer.end() == 1U);
    BOOST_TEST(buffer.size() == 0U);
    BOOST_TEST(buffer.bytes() == 0U);
    BOOST_TEST(buffer.oldest() == nullptr);
    BOOST_TEST(buffer.newest() == nullptr);
    BOOST_TEST(buffer.at_or_after(5) == nullptr);
    BOOST_TEST((buffer.after(0) == std::optional<position>(1)));
}

BOOST_AUTO_TEST_CASE(positions_increase_by_one)
{
    replay_buffer buffer({});
    BOOST_TEST(buffer.append(make_event("10"), 10, start) == 1U);
    BOOST_TEST(buffer.append(make_event("20"), 20, start) == 2U);
    BOOST_TEST(buffer.end() == 3U);
    BOOST_TEST(buffer.at_or_after(2)->event.id() == "20");
    BOOST_TEST(buffer.oldest()->event.id() == "10");
    BOOST_TEST(buffer.newest()->event.id() == "20");
    BOOST_TEST(buffer.at_or_after(3) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_number_of_events_is_bounded)
{
    replay_buffer buffer({.limits = {.max_events = 3}});
    append_range(buffer, 1, 10);
    BOOST_TEST(ids_of(buffer) == "8 9 10");
    BOOST_TEST(buffer.size() == 3U);
    BOOST_TEST(buffer.lost_until() == 8U);
    BOOST_TEST(buffer.at_or_after(2)->at == 8U);

    replay_buffer one({.limits = {.max_events = 0}}); // at least one event is held, so that it can be delivered
    append_range(one, 1, 2);
    BOOST_TEST(ids_of(one) == "2");
}

BOOST_AUTO_TEST_CASE(the_bytes_are_bounded)
{
    const auto size = make_event("1", std::string(1000, 'x')).footprint();
    replay_buffer buffer({.limits = {.max_bytes = 3 * size}});
    for (std::uint64_t i = 1; i <= 10; ++i) {
        buffer.append(make_event(std::to_string(i), std::string(1000, 'x')), i, start);
        BOOST_TEST(buffer.bytes() <= 3 * size);
    }
    BOOST_TEST(ids_of(buffer) == "8 9 10");
    buffer.append(make_event("11", std::string(10'000, 'x')), 11, start); // above the limit, but the newest is held
    BOOST_TEST(ids_of(buffer) == "11");
    BOOST_TEST(buffer.lost_until() == 11U);
}

BOOST_AUTO_TEST_CASE(the_age_is_bounded)
{
    replay_buffer buffer({.limits = {.max_age = 10s}});
    append_range(buffer, 1, 2, start);
    append_range(buffer, 3, 3, start + 5s);
    buffer.expire(start + 10s);
    BOOST_TEST(ids_of(buffer) == "1 2 3");
    buffer.expire(start + 11s);
    BOOST_TEST(ids_of(buffer) == "3");
    append_range(buffer, 4, 4, start + 16s);
    BOOST_TEST(ids_of(buffer) == "4");
    buffer.expire(start + 60s);
    BOOST_TEST(ids_of(buffer) == "");
    BOOST_TEST(buffer.end() == 5U);
}

BOOST_AUTO_TEST_CASE(a_reader_continues_after_the_last_event_it_has_seen)
{
    replay_buffer buffer({.limits = {.max_events = 3}, .start = 4});
    BOOST_TEST(!buffer.after(3)); // before the start of the buffer
    BOOST_TEST((buffer.after(4) == std::optional<position>(1)));
    for (const std::uint64_t sequence : {5, 7, 8}) { // another topic of the hub has the event 6
        buffer.append(make_event(std::to_string(sequence)), sequence, start);
    }
    BOOST_TEST((buffer.after(4) == std::optional<position>(1)));
    BOOST_TEST((buffer.after(5) == std::optional<position>(2)));
    BOOST_TEST((buffer.after(6) == std::optional<position>(2)));
    BOOST_TEST((buffer.after(7) == std::optional<position>(3)));
    BOOST_TEST((buffer.after(8) == std::optional<position>(4)));
    BOOST_TEST((buffer.after(9) == std::optional<position>(4)));
    buffer.append(make_event("9"), 9, start);
    BOOST_TEST(!buffer.after(4)); // 5 was dropped
    BOOST_TEST((buffer.after(5) == std::optional<position>(2)));
}

BOOST_AUTO_TEST_CASE(numeric_ids_need_no_index)
{
    replay_buffer buffer({.limits = {.max_events = 2}});
    append_range(buffer, 1, 5);
    BOOST_TEST((buffer.sequence_of("4") == std::optional<std::uint64_t>(4)));
    BOOST_TEST((buffer.sequence_of("1") == std::optional<std::uint64_t>(1)));
    BOOST_TEST((buffer.sequence_of("99") == std::optional<std::uint64_t>(99)));
    for (const auto* text : {"", "x", "4 ", " 4", "04", "-4", "+4", "4.0", "99999999999999999999999"}) {
        BOOST_TEST(!buffer.sequence_of(text), text);
    }
}

BOOST_AUTO_TEST_CASE(opaque_ids_are_looked_up)
{
    replay_buffer buffer({.limits = {.max_events = 2}, .ids = replay_buffer::id_kind::opaque});
    std::uint64_t sequence = 0;
    for (const auto* id : {"1700-0", "1700-1", "1701-0", "zz"}) {
        buffer.append(make_event(id), ++sequence, start);
    }
    BOOST_TEST((buffer.sequence_of("zz") == std::optional<std::uint64_t>(4)));
    BOOST_TEST((buffer.sequence_of("1701-0") == std::optional<std::uint64_t>(3)));
    BOOST_TEST((buffer.sequence_of("1700-1") == std::optional<std::uint64_t>(2))); // dropped, but no event after it
    BOOST_TEST((buffer.after(2) == std::optional<position>(3)));
    BOOST_TEST(!buffer.sequence_of("1700-0"));
    BOOST_TEST(!buffer.sequence_of("4"));
    buffer.append(make_event("zz"), 5, start); // a log should not repeat an ID, but the newer event counts
    BOOST_TEST((buffer.sequence_of("zz") == std::optional<std::uint64_t>(5)));
    for (const auto* id : {"a", "b", "c", "d"}) {
        buffer.append(make_event(id), ++sequence + 1, start);
    }
    BOOST_TEST(!buffer.sequence_of("zz"));
}

BOOST_AUTO_TEST_CASE(bytes_between_two_positions)
{
    const auto size = make_event("1").footprint();
    replay_buffer buffer({});
    append_range(buffer, 1, 9);
    BOOST_TEST(buffer.bytes_between(3, 5) == 2 * size);
    BOOST_TEST(buffer.bytes_between(5, 5) == 0U);
    BOOST_TEST(buffer.bytes_between(9, 10) == size);
}

BOOST_AUTO_TEST_CASE(the_newest_events_that_are_held)
{
    replay_buffer buffer({});
    BOOST_TEST(buffer.last(3) == 1U);
    append_range(buffer, 1, 9);
    for (const auto& [events, first] : std::map<std::size_t, position>{{0, 10}, {1, 9}, {3, 7}, {9, 1}, {SIZE_MAX, 1}})
    {
        BOOST_TEST(buffer.last(events) == first);
    }
    replay_buffer conflating({.latest_per_key = true});
    for (std::uint64_t i = 1; i <= 9; ++i) {
        conflating.append(make_event(std::to_string(i), "x", i % 3 == 0 ? "" : "k"), i, start);
    }
    BOOST_TEST(ids_of(conflating) == "3 6 8 9");
    BOOST_TEST(conflating.last(2) == 8U);
    BOOST_TEST(conflating.last(3) == 6U);
    BOOST_TEST(conflating.last(4) == 3U);
    BOOST_TEST(conflating.last(5) == 3U);
}

BOOST_AUTO_TEST_CASE(only_the_latest_event_of_each_key_is_held)
{
    replay_buffer buffer({.latest_per_key = true});
    buffer.append(make_event("1", "x", "a"), 1, start);
    buffer.append(make_event("2", "x", "b"), 2, start);
    buffer.append(make_event("3", "x"), 3, start); // without a key: never replaced
    buffer.append(make_event("4", "x", "a"), 4, start);
    buffer.append(make_event("5", "x"), 5, start);
    BOOST_TEST(ids_of(buffer) == "2 3 4 5");
    BOOST_TEST(buffer.size() == 4U);
    BOOST_TEST(buffer.lost_until() == 0U); // replaced events are not lost
    BOOST_TEST((buffer.after(1) == std::optional<position>(2)));
    buffer.append(make_event("6", "x", "b"), 6, start);
    BOOST_TEST(ids_of(buffer) == "3 4 5 6");
    BOOST_TEST(buffer.at_or_after(2)->at == 3U);
}

BOOST_AUTO_TEST_CASE(replaced_events_do_not_count_as_held)
{
    replay_buffer buffer({.limits = {.max_events = 4}, .latest_per_key = true});
    buffer.append(make_event("1", "x", "rare"), 1, start);
    for (std::uint64_t i = 2; i < 10'000; ++i) {
        buffer.append(make_event(std::to_string(i), "x", i % 2 == 0 ? "even" : "odd"), i, start);
        BOOST_REQUIRE_LE(buffer.size(), 3U);
    }
    BOOST_TEST(ids_of(buffer) == "1 9998 9999");
    BOOST_TEST(ids_of(buffer, *buffer.after(5000)) == "9998 9999"); // found, although most entries were removed
    for (const auto* key : {"c", "d"}) {
        buffer.append(make_event("10000", "x", key), buffer.end(), start);
    }
    BOOST_TEST(ids_of(buffer) == "9998 9999 10000 10000");
    BOOST_TEST(buffer.lost_until() == 2U); // the event with the key "rare" is lost
}

BOOST_AUTO_TEST_CASE(ids_are_known_if_only_the_bytes_are_limited)
{
    replay_buffer buffer({.limits = {.max_events = SIZE_MAX}, .ids = replay_buffer::id_kind::opaque});
    buffer.append(make_event("a"), 1, start);
    buffer.append(make_event("b"), 2, start);
    BOOST_TEST((buffer.sequence_of("a") == std::optional<std::uint64_t>(1)));
    BOOST_TEST((buffer.sequence_of("b") == std::optional<std::uint64_t>(2)));
}

BOOST_AUTO_TEST_CASE(the_maximum_age_does_not_overflow)
{
    replay_buffer buffer({.limits = {.max_age = std::chrono::milliseconds::max()}});
    append_range(buffer, 1, 2);
    buffer.expire(start + std::chrono::hours(24 * 365));
    BOOST_TEST(ids_of(buffer) == "1 2");
}

BOOST_AUTO_TEST_CASE(the_newest_event_up_to_a_sequence_number)
{
    replay_buffer buffer({.latest_per_key = true});
    buffer.append(make_event("10", "x", "a"), 10, start);
    buffer.append(make_event("20", "x", "b"), 20, start);
    buffer.append(make_event("30", "x", "b"), 30, start);
    const auto id_until = [&](std::uint64_t sequence) {
        const auto* e = buffer.newest_until(sequence);
        return e == nullptr ? std::string("none") : std::string(e->event.id());
    };
    BOOST_TEST(id_until(9) == "none");
    BOOST_TEST(id_until(10) == "10");
    BOOST_TEST(id_until(29) == "10"); // event 20 was replaced
    BOOST_TEST(id_until(30) == "30");
    BOOST_TEST(id_until(UINT64_MAX) == "30");
}

BOOST_AUTO_TEST_SUITE_END()
