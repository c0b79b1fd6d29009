#include <rill/pubsub/memory_backplane.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using rill::pubsub::backplane;
using rill::pubsub::event_draft;
using rill::pubsub::memory_backplane;

BOOST_AUTO_TEST_SUITE(memory_backplane_test)

namespace {

struct collecting_reader final : backplane::reader
{
    std::vector<std::string> begun_behind;
    std::vector<std::uint64_t> begun_numbers;
    std::vector<std::string> ids;
    std::vector<std::string> data;
    std::vector<std::uint64_t> numbers;

    void on_begin(const rill::pubsub::log_position& at) override
    {
        begun_behind.push_back(at.id);
        begun_numbers.push_back(at.number);
    }
    void on_event(event_draft event, std::string_view id, std::uint64_t number) override
    {
        ids.emplace_back(id);
        data.emplace_back(event.data());
        numbers.push_back(number);
        static_cast<void>(std::move(event).finish(id));
    }
    void on_gap(const rill::pubsub::log_position&) override { BOOST_ERROR("a gap"); }
};

rill::result<std::string> append(memory_backplane& log, const rill::sse::event& e,
                                 std::string_view idempotency_key = {}, std::string_view topic = {})
{
    auto draft = event_draft::make(e, topic);
    BOOST_REQUIRE(draft.has_value());
    return log.append(std::move(*draft), {.idempotency_key = idempotency_key}, nullptr);
}

const auto refused = rill::make_error_code(rill::error::event_id_refused);

} // namespace

BOOST_AUTO_TEST_CASE(ids_increase_by_one)
{
    memory_backplane log({.first_id = 7});
    collecting_reader reader;
    log.tail(reader, {});
    BOOST_TEST(log.ids_are_numbers());
    BOOST_TEST(append(log, {.data = "a"}).value() == "7");
    BOOST_TEST(append(log, {.data = "b"}).value() == "8");
    BOOST_TEST((append(log, {.data = "x", .id = 9}).error() == refused));
    BOOST_TEST(append(log, {.data = "c"}).value() == "9");
    BOOST_TEST((reader.ids == std::vector<std::string>{"7", "8", "9"}));
    BOOST_TEST((reader.numbers == std::vector<std::uint64_t>{7, 8, 9}));
    BOOST_TEST((reader.data == std::vector<std::string>{"a", "b", "c"}));
}

BOOST_AUTO_TEST_CASE(a_later_run_begins_with_a_higher_number)
{
    memory_backplane first;
    const auto id = std::stoull(append(first, {.data = "x"}).value());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    memory_backplane second;
    BOOST_TEST(std::stoull(append(second, {.data = "x"}).value()) > id);
}

BOOST_AUTO_TEST_CASE(ids_of_publishers_must_increase)
{
    memory_backplane log({.ids = memory_backplane::id_source::publisher});
    collecting_reader reader;
    log.tail(reader, {});
    BOOST_TEST(!log.ids_are_numbers());
    const auto with = [&](std::string_view id) {
        return append(log, {.data = "x", .id = *rill::sse::event_id::parse(id)});
    };
    for (const auto* id : {"9", "10", "011", "999", "01ARZ3", "01ARZ4", "01BRZ3"}) {
        BOOST_TEST(with(id).value() == id);
    }
    for (const auto* id : {"01BRZ3", "01BRZ2", "01B", "9", ""}) {
        BOOST_TEST((with(id).error() == refused), id);
    }
    BOOST_TEST((append(log, {.data = "x"}).error() == refused));
    BOOST_TEST(reader.ids.size() == 7U);
    BOOST_TEST(reader.numbers.back() == 0U);
}

BOOST_AUTO_TEST_CASE(all_readers_get_all_events_until_they_stop)
{
    memory_backplane log({.first_id = 1});
    collecting_reader first;
    collecting_reader second;
    log.tail(first, {});
    log.tail(second, {});
    BOOST_TEST(append(log, {.data = "a"}).has_value());
    log.stop(first);
    BOOST_TEST(append(log, {.data = "b"}).has_value());
    log.stop(second);
    BOOST_TEST(append(log, {.data = "c"}).value() == "3");
    BOOST_TEST((first.data == std::vector<std::string>{"a"}));
    BOOST_TEST((second.data == std::vector<std::string>{"a", "b"}));
}

namespace {

// Returns the IDs of a page, or the error.
std::string page(memory_backplane& log, std::string_view id, std::size_t count = 10)
{
    std::string text = "not called";
    log.read_after({.after = std::string(id), .max_events = count}, [&](rill::result<backplane::page> read) {
        text = read ? "" : read.error().message();
        for (std::size_t i = 0; read && i != read->events.size(); ++i) {
            text.append(i == 0 ? "" : " ").append(read->events[i].id);
        }
    });
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(it_may_hold_past_events)
{
    const auto unknown = make_error_code(rill::error::unknown_event_id).message();
    BOOST_TEST(!memory_backplane().holds_past());
    memory_backplane log({.first_id = 7, .max_past_events = 4});
    BOOST_TEST(log.holds_past());
    BOOST_TEST(page(log, "6") == unknown);
    collecting_reader early;
    log.tail(early, {});
    for (int i = 7; i <= 12; ++i) {
        BOOST_REQUIRE(append(log, {.data = "x"}).has_value());
    }
    collecting_reader late;
    log.tail(late, {});
    BOOST_TEST((early.begun_behind == std::vector<std::string>{""}));
    BOOST_TEST((late.begun_behind == std::vector<std::string>{"12"}));
    BOOST_TEST(page(log, "8") == "9 10 11 12"); // the log still holds all events after 8
    BOOST_TEST(page(log, "9", 2) == "10 11");
    BOOST_TEST(page(log, "12") == "");
    for (const auto* id : {"7", "13", "010", "", "x"}) {
        BOOST_TEST(page(log, id) == unknown, id);
    }
    memory_backplane own({.ids = memory_backplane::id_source::publisher, .max_past_events = 2});
    for (const auto* id : {"9", "b0", "c0"}) {
        BOOST_REQUIRE(append(own, {.data = id, .id = *rill::sse::event_id::parse(id)}).has_value());
    }
    BOOST_TEST(page(own, "9") == "b0 c0");
    BOOST_TEST(page(own, "c0") == "");
    BOOST_TEST(page(own, "a0") == unknown);
}

BOOST_AUTO_TEST_CASE(a_key_identifies_an_event)
{
    memory_backplane log({.first_id = 1, .max_idempotency_keys = 2});
    collecting_reader reader;
    log.tail(reader, {});
    BOOST_TEST(append(log, {.data = "a"}, "k1").value() == "1");
    BOOST_TEST(append(log, {.data = "b"}, "k2").value() == "2");
    BOOST_TEST(append(log, {.data = "a"}, "k1").value() == "1");
    BOOST_TEST(append(log, {.data = "c"}).value() == "3"); // no key, no check
    BOOST_TEST(append(log, {.data = "d"}, "k3").value() == "4");
    BOOST_TEST(append(log, {.data = "b"}, "k2").value() == "2");
    BOOST_TEST(append(log, {.data = "a"}, "k1").value() == "5"); // the log has forgotten this key
    BOOST_TEST((reader.data == std::vector<std::string>{"a", "b", "c", "d", "a"}));
    BOOST_TEST(log.stats().appended == 5U);
    memory_backplane without({.first_id = 1, .max_idempotency_keys = 0});
    BOOST_TEST(append(without, {.data = "a"}, "k1").value() == "1");
    BOOST_TEST(append(without, {.data = "a"}, "k1").value() == "2");
}

// A retry has the same ID, which does not increase. An event that was refused may be published again.
BOOST_AUTO_TEST_CASE(keys_and_ids_of_publishers)
{
    memory_backplane log({.ids = memory_backplane::id_source::publisher});
    const auto id = *rill::sse::event_id::parse("b");
    BOOST_TEST(append(log, {.data = "x", .id = id}, "k").value() == "b");
    BOOST_TEST(append(log, {.data = "x", .id = id}, "k").value() == "b");
    BOOST_TEST((append(log, {.data = "x", .id = id}, "l").error() == refused));
    BOOST_TEST(append(log, {.data = "x", .id = *rill::sse::event_id::parse("c")}, "l").value() == "c");
    BOOST_TEST(log.stats().appended == 2U);
    BOOST_TEST(log.stats().append_failures == 1U);
}

BOOST_AUTO_TEST_CASE(a_reader_may_begin_with_past_events)
{
    memory_backplane log({.first_id = 7, .max_past_events = 4});
    for (int i = 7; i <= 12; ++i) {
        BOOST_REQUIRE(append(log, {.data = "x"}).has_value());
    }
    collecting_reader some;
    log.tail(some, {.max_past_events = 2});
    BOOST_TEST((some.begun_behind == std::vector<std::string>{"10"}));
    BOOST_TEST((some.begun_numbers == std::vector<std::uint64_t>{10}));
    BOOST_TEST((some.ids == std::vector<std::string>{"11", "12"}));
    collecting_reader all;
    log.tail(all, {.max_past_events = 100});
    BOOST_TEST((all.begun_behind == std::vector<std::string>{"8"}));
    BOOST_TEST((all.ids == std::vector<std::string>{"9", "10", "11", "12"}));
    BOOST_REQUIRE(append(log, {.data = "x"}).has_value());
    BOOST_TEST(some.ids.back() == "13");
    BOOST_TEST(all.ids.back() == "13");
    memory_backplane own({.ids = memory_backplane::id_source::publisher, .max_past_events = 2});
    for (const auto* id : {"a", "b", "c"}) {
        BOOST_REQUIRE(append(own, {.data = id, .id = *rill::sse::event_id::parse(id)}).has_value());
    }
    collecting_reader of_own;
    own.tail(of_own, {.max_past_events = 1});
    BOOST_TEST((of_own.begun_behind == std::vector<std::string>{"b"}));
    BOOST_TEST((of_own.ids == std::vector<std::string>{"c"}));
}

BOOST_AUTO_TEST_CASE(pages_of_some_topics)
{
    memory_backplane log({.first_id = 1, .max_past_events = 20'000});
    for (int i = 1; i <= 10'000; ++i) {
        BOOST_REQUIRE(append(log, {.data = "x"}, {}, i % 4000 == 0 ? "rare" : "often").has_value());
    }
    const auto topics = std::make_shared<std::vector<rill::pubsub::topic_pattern>>();
    topics->push_back(*rill::pubsub::topic_pattern::parse("rare"));
    std::string ids;
    backplane::page page{.events = {}, .end = {"1", 1}};
    int pages = 0;
    for (; !page.at_end; ++pages) {
        log.read_after({.after = page.end.id, .topics = topics}, [&](auto read) { page = std::move(*read); });
        for (const auto& e : page.events) {
            ids.append(e.id).append(" ");
        }
        BOOST_REQUIRE(pages < 10);
    }
    BOOST_TEST(ids == "4000 8000 ");
    BOOST_TEST(page.end.number == 10'000U);
    BOOST_TEST(pages > 1); // one read visits a limited number of events
    log.read_after({.after = "1", .topics = topics, .max_events = 1}, [&](auto read) { page = std::move(*read); });
    BOOST_TEST(page.events.size() == 1U);
    BOOST_TEST(!page.at_end);
    BOOST_TEST(page.end.number < 8000U);
}

BOOST_AUTO_TEST_CASE(events_of_several_threads_have_one_order)
{
    memory_backplane log({.first_id = 1});
    collecting_reader first;
    collecting_reader second;
    log.tail(first, {});
    log.tail(second, {});
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&log, t] {
            for (int i = 0; i < 500; ++i) {
                auto draft = event_draft::make({.data = std::to_string(t)});
                static_cast<void>(log.append(std::move(*draft), {}, nullptr));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    BOOST_REQUIRE_EQUAL(first.numbers.size(), 1500U);
    for (std::size_t i = 0; i < first.numbers.size(); ++i) {
        BOOST_REQUIRE_EQUAL(first.numbers[i], i + 1);
    }
    BOOST_TEST((first.data == second.data));
}

BOOST_AUTO_TEST_SUITE_END()
