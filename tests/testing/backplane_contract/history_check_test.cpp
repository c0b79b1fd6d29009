#include "testing/backplane_contract/history_check.hpp"

#include <boost/test/unit_test.hpp>

#include "testing/backplane_contract/stage.hpp"

using rill::pubsub::event_draft;
using rill_test::message_of;

BOOST_AUTO_TEST_SUITE(history_check_test)

using namespace rill::testing::contract;

namespace {

/// A log that passes what the test wants.
struct scripted_log final : rill::pubsub::backplane
{
    std::vector<reader*> readers;
    std::vector<appended> kept;

    rill::result<rill::pubsub::log_id> append(event_draft, const append_options&, appended done) override
    {
        kept.push_back(std::move(done));
        return rill::pubsub::log_id();
    }
    void tail(reader& r, const tail_options&) override
    {
        readers.push_back(&r);
        r.on_begin({"start", 0});
    }
    void stop(reader&) override {}
};

/// Two readers of a log that assigns opaque ids. The tests pass events by their data, which are also their ids.
struct history
{
    std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>();
    trial t{{.create = [] {}, .open = [this] { return log; }}, 5};

    history()
    {
        const auto opened = t.open();
        t.tail(opened);
        t.tail(opened);
    }
    void append(std::string_view data, rill::result<std::string> outcome, std::string_view key = {})
    {
        t.append(*log, {.data = data}, "t", key);
        log->kept.back()(std::move(outcome));
    }
    void acknowledge(std::string_view data) { append(data, std::string(data)); }
    void refuse(std::string_view data) { append(data, error(rill::error::log_unavailable)); }
    static rill::result<std::string> error(rill::error e) { return tl::unexpected(make_error_code(e)); }

    void pass(std::size_t reader, std::initializer_list<std::string_view> events)
    {
        for (const auto data : events) {
            if (data == "gap") {
                log->readers[reader]->on_gap({"gap", 0});
            } else {
                log->readers[reader]->on_event(*event_draft::make({.data = data}, "t"), data, 0);
            }
        }
    }
    void pass_all(std::initializer_list<std::string_view> events)
    {
        pass(0, events);
        pass(1, events);
    }
    std::string check()
    {
        return message_of([&] { check_history(t); });
    }
    std::string check_with_gaps()
    {
        return message_of([&] { check_history_with_gaps(t); });
    }
};

bool has(const std::string& message, std::string_view words)
{
    BOOST_TEST_MESSAGE(message);
    return message.find(words) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_correct_history)
{
    history h;
    h.acknowledge("a");
    h.refuse("b");
    h.append("c", history::error(rill::error::outcome_unknown));
    h.append("d", history::error(rill::error::outcome_unknown));
    h.acknowledge("e");
    h.pass_all({"a", "d", "e"});
    BOOST_TEST(h.check() == "");
    BOOST_TEST(h.check_with_gaps() == "");
}

BOOST_AUTO_TEST_CASE(wrong_events)
{
    history lost;
    lost.acknowledge("a");
    BOOST_TEST(has(lost.check(), "expected each acknowledged event"));
    history refused;
    refused.refuse("a");
    refused.pass_all({"a"});
    BOOST_TEST(has(refused.check(), "expected no refused event"));
    BOOST_TEST(has(refused.check_with_gaps(), "expected no refused event"));
    history foreign;
    foreign.pass_all({"x"});
    BOOST_TEST(has(foreign.check(), "expected only appended events"));
    history twice;
    twice.acknowledge("a");
    twice.pass_all({"a", "a"});
    BOOST_TEST(has(twice.check(), "twice"));
    history changed;
    changed.append("a", std::string("a"), "the key");
    changed.pass_all({"a"});
    BOOST_TEST(has(changed.check(), "key: expected \"the key\""));
    history other_id;
    other_id.append("a", std::string("b"));
    other_id.pass_all({"a"});
    BOOST_TEST(has(other_id.check(), "expected the id of the acknowledgment"));
}

BOOST_AUTO_TEST_CASE(wrong_orders)
{
    history swapped;
    swapped.acknowledge("a"); // has ended before the next append
    swapped.acknowledge("b");
    swapped.pass_all({"b", "a"});
    BOOST_TEST(has(swapped.check(), "expected the event of an earlier append first"));
    history different;
    different.acknowledge("a");
    different.acknowledge("b");
    different.pass(0, {"a", "b"});
    different.pass(1, {"b", "a"});
    BOOST_TEST(has(different.check(), "expected the event \"a\""));
    BOOST_TEST(has(different.check_with_gaps(), "expected the same order"));
}

BOOST_AUTO_TEST_CASE(gaps)
{
    history h;
    h.acknowledge("a");
    h.acknowledge("b");
    h.acknowledge("c");
    h.pass(0, {"a", "gap", "c"});
    h.pass(1, {"a", "b", "gap", "c"});
    BOOST_TEST(has(h.check(), "expected no gap"));
    BOOST_TEST(h.check_with_gaps() == "");
}

BOOST_AUTO_TEST_CASE(a_hole_after_the_last_gap)
{
    history h;
    for (const auto* data : {"a", "b", "c", "d"}) {
        h.acknowledge(data);
    }
    h.pass(0, {"a", "gap", "b", "c", "d"});
    h.pass(1, {"a", "gap", "b", "d"});
    BOOST_TEST(has(h.check_with_gaps(), "expected each event or a gap before it"));
}

BOOST_AUTO_TEST_CASE(a_stopped_reader_ends_early)
{
    for (const std::size_t stopped : {0U, 1U}) {
        history h;
        for (const auto* data : {"a", "b", "c"}) {
            h.acknowledge(data);
        }
        h.pass(stopped, {"a", "b"});
        h.pass(1 - stopped, {"a", "gap", "b", "c"});
        BOOST_TEST(h.check_with_gaps() != "");
        h.t.stop(*h.t.readers()[stopped]);
        BOOST_TEST(h.check_with_gaps() == "");
    }
    history all_from_the_stopped_one;
    all_from_the_stopped_one.acknowledge("a");
    all_from_the_stopped_one.acknowledge("b");
    all_from_the_stopped_one.pass(0, {"a", "b"});
    all_from_the_stopped_one.pass(1, {"a"});
    all_from_the_stopped_one.t.stop(*all_from_the_stopped_one.t.readers()[1]);
    BOOST_TEST(all_from_the_stopped_one.check_with_gaps() == "");
}

BOOST_AUTO_TEST_SUITE_END()
