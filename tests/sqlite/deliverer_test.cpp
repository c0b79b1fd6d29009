#include "sqlite/deliverer.hpp"

#include "sqlite/log_fixture.hpp"

using namespace rill::sqlite::detail;

BOOST_AUTO_TEST_SUITE(sqlite_deliverer_test)

namespace {

using texts = std::vector<std::string>;

struct delivery
{
    temporary_directory files;
    log_file log{{.file = files.file()}, database::access::create, {}};
    log_state state = log.state().read();
    reader_list readers;
    status counters{"F", {}};
    std::atomic<std::uint64_t> epoch = 0;
    deliverer deliver{readers, counters, epoch};
    collecting_reader reader;

    delivery() { deliver.begin(state); }
    void start(std::size_t past = 0)
    {
        readers.add(reader, past);
        deliver.start_new(log);
    }
    /// Another process appends an event.
    void append(std::string_view data)
    {
        log.events().insert(state, make_draft(data), {});
        log.state().write(state);
    }
    void follow() { deliver.follow(log, state, state.last); }
};

} // namespace

BOOST_AUTO_TEST_CASE(events_of_other_processes_come_before_own_events)
{
    delivery t;
    t.start();
    t.append("theirs 1");
    t.append("theirs 2");
    t.append("own");
    std::vector<pending_append> own;
    own.push_back({.event = make_draft("repeat"), .id = 1, .is_repeat = true});
    own.push_back({.event = make_draft("own"), .id = t.state.last});
    t.deliver.deliver(t.log, t.state, own);
    BOOST_TEST((t.reader.data() == texts{"theirs 1", "theirs 2", "own"}));
    BOOST_TEST(t.deliver.delivered().id == t.state.last);
    t.follow();
    BOOST_TEST(t.reader.data().size() == 3U);
    BOOST_TEST(t.counters.get().gaps == 0U);
}

BOOST_AUTO_TEST_CASE(a_reader_gets_the_newest_past_events)
{
    delivery t;
    for (const auto* text : {"a", "b", "c"}) {
        t.append(text);
    }
    t.follow();
    t.start(2);
    t.append("d");
    BOOST_TEST((t.reader.data() == texts{"b", "c"}));
    t.follow();
    BOOST_TEST((t.reader.data() == texts{"b", "c", "d"}));
    BOOST_TEST(t.reader.begin() == t.state.last - 3);
}

BOOST_AUTO_TEST_CASE(events_that_are_missing_are_a_gap)
{
    delivery t;
    t.start();
    const auto begin = t.state.last;
    for (const auto* text : {"a", "b", "c", "d"}) {
        t.append(text);
    }
    t.log.db().run(("DELETE FROM event WHERE id <= " + std::to_string(begin + 2)).c_str());
    t.follow();
    BOOST_TEST((t.reader.data() == texts{"gap", "c", "d"}));
    BOOST_TEST(t.reader.numbers().front() == begin + 2);
    t.append("e");
    t.log.db().run("DELETE FROM event");
    t.follow();
    BOOST_TEST((t.reader.data() == texts{"gap", "c", "d", "gap"}));
    BOOST_TEST(t.reader.numbers().back() == t.state.last);
    BOOST_TEST(t.counters.get().gaps == 2U);
}

BOOST_AUTO_TEST_CASE(a_damaged_event_is_a_gap)
{
    delivery t;
    for (const auto* text : {"a", "b", "c"}) {
        t.append(text);
    }
    t.log.db().run(("UPDATE event SET topic = '*' WHERE id = " + std::to_string(t.state.last - 1)).c_str());
    t.start();
    t.follow();
    BOOST_TEST((t.reader.data() == texts{"a", "gap", "c"}));
    BOOST_TEST(t.reader.numbers()[1] == t.state.last - 1);
    collecting_reader later;
    t.readers.add(later, 3);
    t.deliver.start_new(t.log);
    BOOST_TEST((later.data() == texts{"a", "gap", "c"}));
}

BOOST_AUTO_TEST_CASE(a_new_epoch_is_a_gap)
{
    delivery t;
    t.start();
    t.append("a");
    t.follow();
    begin_epoch(t.state, t.state.last, "b", {});
    t.log.state().write(t.state);
    t.append("b");
    t.follow();
    BOOST_TEST((t.reader.data() == texts{"a", "gap", "b"}));
    BOOST_TEST(t.reader.numbers()[1] == t.state.epoch);
    BOOST_TEST(t.epoch == t.state.epoch);
    collecting_reader later; // events before the epoch are not a past
    t.readers.add(later, 100);
    t.deliver.start_new(t.log);
    BOOST_TEST((later.data() == texts{"b"}));
    BOOST_TEST(later.begin() == t.state.epoch);
}

BOOST_AUTO_TEST_SUITE_END()
