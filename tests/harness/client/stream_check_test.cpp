#include <boost/test/unit_test.hpp>
#include <harness/client/stream_check.hpp>
#include <memory>
#include <string>

using bench::failure;

BOOST_AUTO_TEST_SUITE(stream_check_test)

namespace {

constexpr std::int64_t start = 1'763'934'000'000'000'000;
constexpr std::int64_t ms = 1'000'000;

const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// One stream with a period of 100 ms, measured from `start` for one second. Times are milliseconds since `start`.
struct fixture
{
    std::unique_ptr<bench::load_counters> counters = std::make_unique<bench::load_counters>();
    std::unique_ptr<bench::load_window> window = std::make_unique<bench::load_window>();
    bench::check_context context{
        .counters = *counters, .window = *window, .period = 100 * ms, .from = start, .until = start + 1000 * ms};
    bench::stream_check check;

    std::string feed(std::string_view bytes, std::int64_t at = 0)
    {
        const auto reason = check.feed(bytes, start + at * ms, context);
        return reason ? std::string(name_of(*reason)) : "";
    }
    void event(std::int64_t made, std::int64_t arrived, const std::string& id = "")
    {
        BOOST_TEST(feed((id.empty() ? "" : "id: " + id + "\n") + "data: " + std::to_string(start + made * ms) + "\n\n",
                        arrived) == "");
    }
    void ids(std::initializer_list<const char*> list)
    {
        for (const auto* id : list) {
            BOOST_TEST(feed("id: " + std::string(id) + "\ndata: x\n\n") == "");
        }
    }
};

struct without_beat : fixture
{
    without_beat() { context.period = 0; }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(other_responses_are_failures, fixture)
{
    BOOST_TEST(feed("HTTP/1.1 500 Oops\r\n\r\n") == "not_200");
    BOOST_TEST(check.status() == 500);
    check = {};
    BOOST_TEST(feed("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n") == "not_event_stream");
    check = {};
    BOOST_TEST(feed("220 mail.example.org ESMTP\r\n") == "not_http");
    check = {};
    BOOST_TEST(feed("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\ndata: 1\n\n") ==
               "ended");
}

BOOST_FIXTURE_TEST_CASE(a_good_stream_has_no_faults, fixture)
{
    BOOST_TEST(feed(head.substr(0, 20)) == "");
    BOOST_TEST(!check.has_head());
    BOOST_TEST(feed(head.substr(20)) == "");
    BOOST_TEST(check.has_head());
    for (std::int64_t at = 0; at < 1000; at += 100) {
        event(at, at + 3);
    }
    check.end_measurement(0, context);
    BOOST_TEST(window->events == 10U);
    BOOST_TEST(window->lateness.count() == 10U);
    BOOST_TEST(window->lateness.max() == 3 * ms);
    BOOST_TEST(window->delivery.max() == 3 * ms);
    BOOST_TEST(counters->events.get() == 10U);
    BOOST_TEST(counters->with_events.get() == 1U);
    BOOST_TEST(counters->lost.get() + counters->repeated.get() + counters->out_of_order.get() == 0U);
}

BOOST_FIXTURE_TEST_CASE(only_events_within_the_measurement_are_measured, fixture)
{
    feed(head, -200);
    event(-200, -200);
    event(-100, -100);
    event(0, 1);
    event(1000, 1000); // the missed ticks before it are found only with the next event
    BOOST_TEST(window->events == 1U);
    BOOST_TEST(counters->events.get() == 4U);
}

BOOST_FIXTURE_TEST_CASE(a_stall_counts_as_lateness_without_delivery_delay, fixture)
{
    feed(head);
    event(0, 0);
    event(100, 100);
    event(650, 650);
    BOOST_TEST(window->delivery.max() == 0);
    BOOST_TEST(window->lateness.max() == 450 * ms);
    event(700, 700);
    BOOST_TEST(window->lateness.count() == 8U); // 4 events, and the ticks from 300 to 600
    BOOST_TEST(counters->missed_ticks.get() == 4U);
    BOOST_TEST(counters->lost.get() == 4U);
}

BOOST_FIXTURE_TEST_CASE(missed_ticks_with_dense_ids_lose_nothing, fixture)
{
    feed(head);
    event(0, 0, "1");
    event(100, 100, "2");
    event(650, 650, "3");
    event(700, 700, "4");
    BOOST_TEST(counters->missed_ticks.get() == 4U);
    BOOST_TEST(counters->lost.get() == 0U);
    BOOST_TEST(window->lateness.max() == 450 * ms);
}

BOOST_FIXTURE_TEST_CASE(an_event_that_is_missed_by_id_and_by_tick_is_lost_once, fixture)
{
    feed(head);
    event(0, 0, "1");
    event(100, 100, "2");
    event(300, 300, "4");
    event(400, 400, "5");
    check.end_measurement(700 * ms, context);
    BOOST_TEST(counters->lost.get() == 1U);
}

BOOST_FIXTURE_TEST_CASE(events_that_never_arrived_are_lost_even_with_ids, fixture)
{
    feed(head);
    event(0, 0, "1");
    event(100, 100, "2");
    check.end_measurement(500 * ms, context); // ticks 200 to 500 are lost; 600 to 1000 are late
    BOOST_TEST(counters->lost.get() == 4U);
    BOOST_TEST(window->lateness.count() == 2U + 4 + 5);
    BOOST_TEST(window->lateness.max() == 800 * ms);
}

BOOST_FIXTURE_TEST_CASE(a_stream_without_events_has_lost_events, fixture)
{
    feed(head);
    check.end_measurement(0, context);
    BOOST_TEST(counters->lost.get() == 9U); // the first event is due after 100 ms
    BOOST_TEST(counters->events.get() == 0U);
}

BOOST_FIXTURE_TEST_CASE(ticks_before_the_measurement_are_not_missed, fixture)
{
    feed(head, -1000);
    event(-1000, -1000);
    event(-900, -900);
    event(50, 50); // counts for the tick at -800
    event(150, 150);
    BOOST_TEST(counters->missed_ticks.get() == 1U); // the tick at 0
}

BOOST_FIXTURE_TEST_CASE(events_without_a_tick_are_extra, fixture)
{
    feed(head);
    event(0, 0);
    event(100, 100);
    event(120, 121);
    event(200, 200);
    BOOST_TEST(counters->extra.get() == 1U);
    BOOST_TEST(counters->lost.get() == 0U);
}

BOOST_FIXTURE_TEST_CASE(dense_ids, without_beat)
{
    feed(head);
    ids({"7", "8", "10", "10", "12", "11"});
    BOOST_TEST(counters->lost.get() == 1U); // 9 is lost; 11 is only late
    BOOST_TEST(counters->lost_ids.get() == 1U);
    BOOST_TEST(counters->repeated.get() == 1U);
    BOOST_TEST(counters->out_of_order.get() == 1U);
    BOOST_TEST(check.last_id(context).value() == 12U);
}

BOOST_FIXTURE_TEST_CASE(ordered_ids, without_beat)
{
    context.ids = bench::id_rule::ordered;
    feed(head);
    ids({"7", "80", "80", "79"});
    BOOST_TEST(counters->lost.get() == 0U);
    BOOST_TEST(counters->repeated.get() == 1U);
    BOOST_TEST(counters->out_of_order.get() == 1U);
}

BOOST_FIXTURE_TEST_CASE(ids_can_be_ignored, without_beat)
{
    context.ids = bench::id_rule::ignored;
    feed(head);
    ids({"7", "80", "80", "79"});
    BOOST_TEST(counters->lost.get() + counters->repeated.get() + counters->out_of_order.get() == 0U);
    BOOST_TEST(!check.last_id(context).has_value());
}

BOOST_FIXTURE_TEST_CASE(without_ids_the_times_must_increase, without_beat)
{
    feed(head);
    event(1, 9);
    event(2, 9);
    event(2, 9);
    event(1, 9);
    BOOST_TEST(counters->repeated.get() == 1U);
    BOOST_TEST(counters->out_of_order.get() == 1U);
}

BOOST_FIXTURE_TEST_CASE(numbers_that_are_not_times_are_counted, without_beat)
{
    feed(head);
    feed("data: 5\n\ndata: 9999999999999999999\n\ndata: \n\n");
    feed("data: " + std::to_string(start - 4'000'000 * ms) + "\n\n"); // more than an hour ago
    BOOST_TEST(counters->without_time.get() == 4U);
    BOOST_TEST(counters->events.get() == 4U);
    BOOST_TEST(window->events == 4U);
    BOOST_TEST(window->lateness.count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(without_times_the_schedule_uses_the_arrival, fixture)
{
    feed(head);
    feed("data: x\n\n", 5);
    feed("data: x\n\n", 105);
    feed("data: x\n\n", 225);
    BOOST_TEST(window->lateness.max() == 20 * ms);
    BOOST_TEST(window->delivery.count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_reconnect_that_continues_loses_nothing, fixture)
{
    feed(head);
    event(0, 0, "1");
    event(100, 100, "2");
    check.reconnect();
    BOOST_TEST(!check.has_event());
    feed(head, 300);
    event(300, 300, "3");
    event(400, 400, "4");
    BOOST_TEST(counters->lost.get() == 0U);
    BOOST_TEST(counters->missed_while_disconnected.get() == 0U);
    BOOST_TEST(counters->restarted_ids.get() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_reconnect_with_missing_ids_loses_events, fixture)
{
    feed(head);
    event(0, 0, "1");
    check.reconnect();
    feed(head, 300);
    event(300, 300, "4");
    BOOST_TEST(counters->lost.get() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_reconnect_with_new_ids_counts_as_restarted, fixture)
{
    feed(head);
    event(0, 0, "1");
    event(100, 100, "2");
    check.reconnect();
    feed(head, 300);
    event(300, 300, "1");
    event(400, 400, "2");
    BOOST_TEST(counters->restarted_ids.get() == 1U);
    BOOST_TEST(counters->repeated.get() == 0U);
    BOOST_TEST(counters->lost.get() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_reconnect_without_ids_counts_the_ticks_while_disconnected, fixture)
{
    feed(head);
    event(0, 0);
    event(100, 100);
    check.reconnect();
    feed(head, 430);
    event(430, 430);
    BOOST_TEST(counters->missed_while_disconnected.get() == 2U); // ticks 200 and 300; the event counts for 400
    BOOST_TEST(counters->lost.get() == 0U);
}

BOOST_FIXTURE_TEST_CASE(topics_share_one_sequence_of_ids, without_beat)
{
    context.id_step = 10;
    feed(head);
    ids({"1003", "1013", "1033"});
    BOOST_TEST(counters->lost.get() == 1U);
    ids({"1034"}); // an id of another topic
    BOOST_TEST(counters->misdirected.get() == 1U);
    ids({"1033", "1023", "1043"});
    BOOST_TEST(counters->repeated.get() == 1U);
    BOOST_TEST(counters->out_of_order.get() == 1U);
    BOOST_TEST(counters->lost.get() == 0U);
    BOOST_TEST(counters->misdirected.get() == 1U);
    BOOST_TEST(check.last_id(context).value() == 1043U);
    check.reconnect();
    feed(head);
    ids({"1053"});
    BOOST_TEST(counters->restarted_ids.get() == 0U);
    BOOST_TEST(counters->lost.get() == 0U);
    check.reconnect();
    feed(head);
    ids({"7", "17"}); // the ids restart, with another offset
    BOOST_TEST(counters->restarted_ids.get() == 1U);
    BOOST_TEST(counters->misdirected.get() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
