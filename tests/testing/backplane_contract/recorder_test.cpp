#include "testing/backplane_contract/recorder.hpp"

#include <boost/test/unit_test.hpp>

using rill::pubsub::event_draft;
using rill::testing::contract::recorder;

BOOST_AUTO_TEST_SUITE(recorder_test)

namespace {

void pass(recorder& r, std::string_view data, std::string_view id, std::uint64_t number)
{
    r.on_event(*event_draft::make({.data = data}, "t"), id, number);
}

bool violates(const recorder& r, std::string_view words)
{
    BOOST_TEST_MESSAGE(r.violation());
    return r.violation().find(words) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(correct_calls)
{
    recorder r(true);
    r.on_begin({"4", 4});
    pass(r, "a", "5", 5);
    r.on_gap({"9", 9});
    pass(r, "b", "10", 10);
    BOOST_TEST(r.violation() == "");
    BOOST_TEST(r.begin().id == "4");
    BOOST_TEST(r.gaps() == 1U);
    BOOST_TEST(r.all().size() == 4U);
    BOOST_TEST(r.events().size() == 2U);
    BOOST_TEST(r.has_id("10"));
    BOOST_TEST(!r.has_id("9"));
    BOOST_TEST(r.wait_for_data("b", std::chrono::milliseconds(0)));
    BOOST_TEST(!r.wait_for_data("c", std::chrono::milliseconds(0)));
    BOOST_TEST(events_after(r.events(), 0).front().data == "b");
}

BOOST_AUTO_TEST_CASE(violations_of_the_begin)
{
    recorder none(true);
    pass(none, "a", "5", 5);
    BOOST_TEST(violates(none, "expected on_begin() once"));
    recorder twice(true);
    twice.on_begin({"4", 4});
    twice.on_begin({"4", 4});
    BOOST_TEST(violates(twice, "expected on_begin() once"));
}

BOOST_AUTO_TEST_CASE(violations_of_ids)
{
    const auto second = [](bool numbers, std::string_view data, std::string_view id, std::uint64_t number) {
        auto r = std::make_unique<recorder>(numbers);
        r->on_begin({"4", 4});
        pass(*r, "a", "5", 5);
        pass(*r, data, id, number);
        return r;
    };
    BOOST_TEST(violates(*second(true, "b", "5", 5), "expected a number after 5"));
    BOOST_TEST(violates(*second(true, "b", "6", 7), "expected the number of the event as its id"));
    BOOST_TEST(violates(*second(false, "b", "5", 0), "the same id twice"));
    BOOST_TEST(violates(*second(false, "b", "", 0), "expected an id"));
    BOOST_TEST(violates(*second(true, "a", "6", 6), "expected each event at most once"));
    BOOST_TEST(second(false, "b", "1", 0)->violation() == "");
}

BOOST_AUTO_TEST_CASE(violations_of_gaps)
{
    recorder small(true);
    small.on_begin({"4", 4});
    pass(small, "a", "9", 9);
    small.on_gap({"8", 8});
    BOOST_TEST(violates(small, "expected a number after 9"));
    recorder again(true);
    again.on_begin({"4", 4});
    again.on_gap({"20", 20});
    pass(again, "a", "20", 20);
    BOOST_TEST(violates(again, "expected a number after 20"));
}

BOOST_AUTO_TEST_CASE(a_call_after_stop)
{
    recorder r(true);
    r.on_begin({"4", 4});
    r.mark_stopped();
    pass(r, "a", "5", 5);
    BOOST_TEST(violates(r, "expected no call after stop() has returned"));
}

BOOST_AUTO_TEST_SUITE_END()
