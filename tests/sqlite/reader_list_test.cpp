#include "sqlite/reader_list.hpp"

#include <atomic>

#include "sqlite/log_fixture.hpp"

using rill::sqlite::detail::reader_list;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sqlite_reader_list_test)

namespace {

using texts = std::vector<std::string>;

void start_all(reader_list& list)
{
    list.start_new([](reader_list::reader& r, std::size_t) {
        r.on_begin({});
        return true;
    });
}

struct leaving_reader final : reader_list::reader
{
    explicit leaving_reader(reader_list& l) : list(l) {}
    void on_begin(const rill::pubsub::log_position&) override {}
    void on_event(rill::pubsub::event_draft, std::string_view, std::uint64_t) override
    {
        ++calls;
        list.remove(*this);
    }
    void on_gap(const rill::pubsub::log_position&) override { ++calls; }

    reader_list& list;
    int calls = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(all_started_readers_get_events_and_gaps)
{
    reader_list list;
    collecting_reader first;
    collecting_reader second;
    list.add(first, 0);
    BOOST_TEST(list.has_new());
    list.deliver(make_draft("before"), 1);
    start_all(list);
    BOOST_TEST(!list.has_new());
    list.deliver(make_draft("a"), 2);
    list.add(second, 0);
    start_all(list);
    list.gap(5);
    list.deliver(make_draft("b"), 6);
    BOOST_TEST((first.data() == texts{"a", "gap", "b"}));
    BOOST_TEST((second.data() == texts{"gap", "b"}));
    list.remove(first);
    list.deliver(make_draft("c"), 7);
    BOOST_TEST(first.data().size() == 3U);
    BOOST_TEST((second.data() == texts{"gap", "b", "c"}));
}

BOOST_AUTO_TEST_CASE(a_reader_may_remove_itself)
{
    reader_list list;
    leaving_reader leaving(list);
    collecting_reader staying;
    list.add(leaving, 0);
    list.add(staying, 0);
    start_all(list);
    list.deliver(make_draft("a"), 1);
    list.deliver(make_draft("b"), 2);
    list.gap(3);
    BOOST_TEST(leaving.calls == 1);
    BOOST_TEST((staying.data() == texts{"a", "b", "gap"}));
}

BOOST_AUTO_TEST_CASE(a_reader_that_cannot_be_started_stays_new)
{
    reader_list list;
    collecting_reader reader;
    list.add(reader, 7);
    list.start_new([](reader_list::reader&, std::size_t past) { return past != 7; });
    BOOST_TEST(list.has_new());
    list.wait_until_started(reader, 1ms);
    list.remove(reader);
    BOOST_TEST(!list.has_new());
    list.wait_until_started(reader, 1h);
}

BOOST_AUTO_TEST_CASE(no_call_follows_a_removal)
{
    reader_list list;
    std::atomic<bool> stopped = false;
    std::thread deliverer([&] {
        for (std::uint64_t id = 1; !stopped; ++id) {
            start_all(list);
            list.deliver(make_draft("x"), id);
        }
    });
    for (int i = 0; i != 50; ++i) {
        auto reader = std::make_unique<collecting_reader>();
        list.add(*reader, 0);
        list.wait_until_started(*reader, 60s);
        list.remove(*reader);
        reader.reset(); // a later call would use memory after it was freed
    }
    stopped = true;
    deliverer.join();
}

BOOST_AUTO_TEST_SUITE_END()
