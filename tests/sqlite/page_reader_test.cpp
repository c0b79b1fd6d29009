#include "sqlite/page_reader.hpp"

#include "sqlite/log_fixture.hpp"

using namespace rill::sqlite::detail;

BOOST_AUTO_TEST_SUITE(sqlite_page_reader_test)

namespace {

using texts = std::vector<std::string>;

/// A log whose ids begin with `first`. The data of an event is its offset to the first one.
struct small_log
{
    temporary_directory files;
    log_file log{{.file = files.file()}, database::access::create, {}};
    log_state state = log.state().read();
    std::uint64_t first = state.last + 1;

    void add(std::string_view topic = {})
    {
        log.events().insert(state, make_draft(std::to_string(state.last + 1 - first), topic), {});
        log.state().write(state);
    }
    std::string id(std::uint64_t offset) const { return std::to_string(first + offset); }
    rill::result<rill::pubsub::backplane::page> read(rill::pubsub::backplane::read_request request)
    {
        return read_page(log, request, state.epoch);
    }
};

constexpr auto unknown = rill::error::unknown_event_id;

} // namespace

BOOST_AUTO_TEST_CASE(every_position_can_be_read)
{
    small_log t;
    for (int i = 0; i != 5; ++i) {
        t.add();
    }
    for (std::uint64_t after = 0; after != 5; ++after) {
        const auto page = t.read({.after = std::to_string(t.first - 1 + after)}).value();
        BOOST_TEST(page.events.size() == 5 - after);
        BOOST_TEST(page.at_end);
        BOOST_TEST(page.end.id == t.id(4));
    }
    const auto two = t.read({.after = t.id(0), .max_events = 2}).value();
    BOOST_TEST((data_of(two) == texts{"1", "2"}));
    BOOST_TEST(!two.at_end);
    BOOST_TEST(two.end.number == t.first + 2);
    BOOST_TEST(two.events[1].id == t.id(2));
    BOOST_TEST(two.events[1].number == t.first + 2);
    BOOST_TEST((data_of(t.read({.after = t.id(0), .max_bytes = 1}).value()) == texts{"1"}));
    BOOST_TEST(t.read({.after = t.id(2), .max_events = 2}).value().at_end);
}

BOOST_AUTO_TEST_CASE(topics_filter_the_events)
{
    small_log t;
    for (const auto* topic : {"rooms/1", "rooms/2", "news", "rooms/1", "rooms/1/typing", "news"}) {
        t.add(topic);
    }
    const auto read = [&](std::initializer_list<const char*> names, std::size_t max_events = 64) {
        return t.read({.after = std::to_string(t.first - 1), .topics = topics(names), .max_events = max_events})
            .value();
    };
    BOOST_TEST((data_of(read({"rooms/1"})) == texts{"0", "3"}));
    BOOST_TEST((data_of(read({"rooms/1", "news", "news"})) == texts{"0", "2", "3", "5"}));
    BOOST_TEST((data_of(read({"rooms/*"})) == texts{"0", "1", "3"}));
    BOOST_TEST((data_of(read({"rooms/**", "news"})).size() == 6));
    BOOST_TEST(read({"nobody"}).events.empty());
    for (const auto& names : {std::initializer_list<const char*>{"rooms/1", "rooms/2"}, {"rooms/*"}}) {
        const auto page = read(names, 2);
        BOOST_TEST((data_of(page) == texts{"0", "1"}));
        BOOST_TEST(!page.at_end);
        const auto rest = t.read({.after = page.end.id, .topics = topics(names)}).value();
        BOOST_TEST((data_of(rest) == texts{"3"}));
        BOOST_TEST(rest.at_end);
        BOOST_TEST(rest.end.id == t.id(5));
    }
    BOOST_TEST(read({"nobody", "news"}).at_end);
    BOOST_TEST(read({"nobody/*"}).at_end);
}

BOOST_AUTO_TEST_CASE(a_long_stretch_without_a_match_ends_a_page)
{
    small_log t;
    transaction all(t.log.db(), transaction::kind::write);
    for (int i = 0; i != 25'000; ++i) {
        t.log.events().insert(t.state, make_draft("x", "other"), {});
    }
    t.add("rooms/1");
    all.commit();
    auto page = t.read({.after = t.id(0), .topics = topics({"rooms/*"})}).value();
    BOOST_TEST(page.events.empty());
    BOOST_TEST(!page.at_end);
    BOOST_TEST(page.end.number > t.first + 10'000);
    page = t.read({.after = page.end.id, .topics = topics({"rooms/*"})}).value();
    BOOST_TEST(page.events.size() == 1U);
    BOOST_TEST(page.at_end);
}

BOOST_AUTO_TEST_CASE(removed_events_are_unknown)
{
    small_log t;
    for (int i = 0; i != 5; ++i) {
        t.add("a");
    }
    BOOST_TEST(t.read({}).value().events.size() == 5U);
    t.log.events().trim(t.state, {.max_events = 2}, 100);
    t.log.state().write(t.state);
    BOOST_TEST((t.read({}).error() == unknown));
    BOOST_TEST((t.read({.after = t.id(1)}).error() == unknown));
    BOOST_TEST((t.read({.after = t.id(1), .topics = topics({"a"})}).error() == unknown));
    BOOST_TEST((data_of(t.read({.after = t.id(2)}).value()) == texts{"3", "4"}));
}

BOOST_AUTO_TEST_CASE(a_missing_or_damaged_event_is_never_skipped)
{
    small_log t;
    for (int i = 0; i != 5; ++i) {
        t.add();
    }
    t.log.db().run(("UPDATE event SET data = CAST(x'ff' AS TEXT) WHERE id = " + t.id(3)).c_str());
    BOOST_TEST((data_of(t.read({.after = t.id(0)}).value()) == texts{"1", "2"}));
    BOOST_TEST((t.read({.after = t.id(2)}).error() == unknown));
    t.log.db().run(("DELETE FROM event WHERE id = " + t.id(3)).c_str());
    BOOST_TEST((t.read({.after = t.id(2)}).error() == unknown));
    BOOST_TEST((t.read({.after = t.id(0)}).error() == unknown));
}

BOOST_AUTO_TEST_CASE(another_epoch_cannot_be_read)
{
    small_log t;
    t.add();
    BOOST_TEST((read_page(t.log, {.after = t.id(0)}, t.state.epoch + 1).error() == rill::error::log_unavailable));
    begin_epoch(t.state, 0, "b", {});
    t.log.state().write(t.state);
    BOOST_TEST((t.read({.after = t.id(0)}).error() == unknown));
    BOOST_TEST((t.read({}).error() == unknown));
    BOOST_TEST(t.read({.after = std::to_string(t.state.epoch)}).value().at_end);
}

BOOST_AUTO_TEST_SUITE_END()
