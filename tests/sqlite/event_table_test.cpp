#include "sqlite/event_table.hpp"

#include "sqlite/log_file.hpp"
#include "sqlite/log_fixture.hpp"

using namespace rill::sqlite::detail;

BOOST_AUTO_TEST_SUITE(sqlite_event_table_test)

namespace {

using ids = std::vector<std::uint64_t>;

/// A log with ids from 1.
struct log_from_one
{
    temporary_directory files;
    log_file log{{.file = files.file()}, database::access::create, {}};
    log_state state;

    void insert(std::string_view data, std::string_view topic = {})
    {
        log.events().insert(state, make_draft(data, topic), {});
    }
    ids held()
    {
        ids found;
        log.events().scan(0, UINT64_MAX / 2, [&](std::uint64_t id, std::string_view) {
            found.push_back(id);
            return true;
        });
        return found;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(all_fields_survive)
{
    log_from_one t;
    const std::string data("line 1\r\nline 2\rline 3\n\xf0\x9f\x98\x80", 26);
    const auto name = rill::sse::event_name::parse("update").value();
    auto draft = rill::pubsub::event_draft::make({.data = data, .name = name}, "news/sport", "key 1").value();
    t.log.events().insert(t.state, draft, {.comment = "a\nb", .retry = std::chrono::milliseconds(1'500)});
    t.log.events().insert(t.state, make_draft(""), {});
    auto bare = rill::pubsub::event_draft::make({.name = name}).value();
    t.log.events().insert(t.state, bare, {});
    BOOST_TEST(t.state.last == 3U);
    BOOST_TEST(t.state.events == 3U);
    auto rows = t.log.events().read(0, 3, 10, 1'000'000);
    BOOST_TEST_REQUIRE(rows.size() == 3U);
    const auto& e = *rows[0].event;
    BOOST_TEST(e.data() == data);
    BOOST_TEST(e.name() == "update");
    BOOST_TEST(e.topic() == "news/sport");
    BOOST_TEST(e.key() == "key 1");
    BOOST_TEST(e.lines().find(": a\n: b\n") != std::string_view::npos);
    BOOST_TEST(e.lines().find("retry: 1500\n") != std::string_view::npos);
    BOOST_TEST(rows[1].event->has_data());
    BOOST_TEST(rows[1].event->data().empty());
    BOOST_TEST(!rows[2].event->has_data());
    BOOST_TEST(t.log.events().read_one(1)->event->data() == data);
    BOOST_TEST(!t.log.events().read_one(4));
}

BOOST_AUTO_TEST_CASE(a_page_has_limits)
{
    log_from_one t;
    for (const auto* text : {"a", "b", "c", "d"}) {
        t.insert(text);
    }
    const auto size = make_draft("a").footprint();
    const auto count = [&](std::size_t events, std::size_t bytes) {
        return t.log.events().read(1, 4, events, bytes).size();
    };
    BOOST_TEST(count(10, 10 * size) == 3U);
    BOOST_TEST(count(2, 10 * size) == 2U);
    BOOST_TEST(count(10, 2 * size) == 2U);
    BOOST_TEST(count(10, 1) == 1U);
}

BOOST_AUTO_TEST_CASE(topics_are_found_by_their_index)
{
    log_from_one t;
    t.insert("1", "a");
    t.insert("2", "b");
    t.insert("3", "a");
    t.insert("4");
    t.insert("5", "a");
    ids found;
    t.log.events().find("a", 1, 5, 10, found);
    BOOST_TEST((found == ids{3, 5}));
    t.log.events().find("b", 0, 5, 10, found);
    BOOST_TEST((found == ids{3, 5, 2}));
    found.clear();
    t.log.events().find("a", 0, 4, 1, found);
    BOOST_TEST((found == ids{1}));
}

BOOST_AUTO_TEST_CASE(the_oldest_events_are_removed_by_count)
{
    log_from_one t;
    for (int i = 0; i != 10; ++i) {
        t.insert("x");
    }
    BOOST_TEST(!t.log.events().trim(t.state, {.max_events = 10}, 100));
    BOOST_TEST(t.state.floor == 0U);
    BOOST_TEST(t.log.events().trim(t.state, {.max_events = 4}, 2));
    BOOST_TEST((t.held() == ids{3, 4, 5, 6, 7, 8, 9, 10}));
    BOOST_TEST(t.state.floor == 2U);
    BOOST_TEST(!t.log.events().trim(t.state, {.max_events = 4}, 100));
    BOOST_TEST((t.held() == ids{7, 8, 9, 10}));
    BOOST_TEST(t.state.floor == 6U);
    BOOST_TEST(t.state.events == 4U);
}

BOOST_AUTO_TEST_CASE(the_oldest_events_are_removed_by_bytes)
{
    log_from_one t;
    for (int i = 0; i != 4; ++i) {
        t.insert("x");
    }
    const auto size = t.state.bytes / 4;
    BOOST_TEST(!t.log.events().trim(t.state, {.max_bytes = 2 * size}, 100));
    BOOST_TEST((t.held() == ids{3, 4}));
    BOOST_TEST(t.state.bytes == 2 * size);
    BOOST_TEST(!t.log.events().trim(t.state, {.max_bytes = 1}, 100));
    BOOST_TEST((t.held() == ids{4})); // the newest event is kept
}

BOOST_AUTO_TEST_CASE(the_oldest_events_are_removed_by_age)
{
    log_from_one t;
    for (int i = 0; i != 4; ++i) {
        t.insert("x");
    }
    BOOST_TEST(!t.log.events().trim(t.state, {.max_age = std::chrono::hours(1)}, 100));
    BOOST_TEST(t.held().size() == 4U);
    t.log.db().run("UPDATE event SET at = at - 3601000 WHERE id <= 3");
    BOOST_TEST(!t.log.events().trim(t.state, {.max_age = std::chrono::hours(1)}, 100));
    BOOST_TEST((t.held() == ids{4}));
    t.log.db().run("UPDATE event SET at = 0");
    BOOST_TEST(!t.log.events().trim(t.state, {.max_age = std::chrono::hours(1)}, 100));
    BOOST_TEST(t.held().empty());
    BOOST_TEST(t.state.floor == 4U);
    BOOST_TEST(t.state.bytes == 0U);
}

BOOST_AUTO_TEST_CASE(the_newest_keys_are_kept)
{
    log_from_one t;
    for (const std::uint64_t id : {1, 2, 3, 4}) {
        t.log.events().insert_key("key " + std::to_string(id), id);
    }
    t.log.events().remove_keys(4);
    BOOST_TEST(t.log.events().find_key("key 1").value() == 1U);
    t.log.events().remove_keys(2);
    BOOST_TEST(!t.log.events().find_key("key 2"));
    BOOST_TEST(t.log.events().find_key("key 3").value() == 3U);
    BOOST_TEST(!t.log.events().find_key("key 5"));
}

BOOST_AUTO_TEST_SUITE_END()
