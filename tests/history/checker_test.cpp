#include "history/checker.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <utility>

using namespace history;

BOOST_AUTO_TEST_SUITE(history_checker_test)

namespace {

append_record acknowledged(std::string topic, log_number id)
{
    return {.topic = std::move(topic), .payload = "e" + std::to_string(id), .result = outcome::acknowledged, .id = id};
}

received_event got(log_number id)
{
    return {"e" + std::to_string(id), id};
}

/// The log has the events 1 to 9, the odd ones with topic a and the even ones with topic b. "no" was refused, "maybe"
/// has an unknown outcome and has not arrived. "late" has an unknown outcome and is event 10 of topic a. The log has
/// lost event 7, so that some streams have not received it. Streams 0 and 1 have topic a, 2 has both.
struct fixture
{
    std::vector<append_record> appends;
    std::vector<stream_record> streams{
        {{"a"}, {resumption{0}, got(1), got(3), resumption{3}, got(5), got(7), got(9), received_event{"late", 10}}},
        {{"a"}, {resumption{0}, got(1), got(3), got(5), gap_notice{8}, got(9), received_event{"late", 10}}},
        {{"a", "b"}, {resumption{2}, got(3), got(4), got(5), gap_notice{}, got(8), got(9), received_event{"late", 10}}},
    };

    fixture()
    {
        for (log_number id = 1; id < 10; ++id) {
            appends.push_back(acknowledged(id % 2 == 1 ? "a" : "b", id));
        }
        appends.push_back({.topic = "a", .payload = "no", .result = outcome::refused});
        appends.push_back({.topic = "a", .payload = "maybe"});
        appends.push_back({.topic = "a", .payload = "late"});
    }

    report check(rules r = {}) const
    {
        checker c(r);
        for (const auto& a : appends) {
            c.add(a);
        }
        for (const auto& s : streams) {
            c.add(s);
        }
        return c.check();
    }

    std::vector<stream_entry>& entries(std::size_t stream) { return streams[stream].entries; }
    void erase(std::size_t stream, std::ptrdiff_t at) { entries(stream).erase(entries(stream).begin() + at); }
    void insert(std::size_t stream, std::ptrdiff_t at, stream_entry e)
    {
        entries(stream).insert(entries(stream).begin() + at, std::move(e));
    }
};

/// The only kind of violation of the report.
void check_only(const report& r, violation what, std::size_t times = 1)
{
    BOOST_TEST(r.violations == times);
    BOOST_TEST(r.count(what) == times);
    for (const auto& f : r.findings) {
        BOOST_TEST_MESSAGE(to_string(f.what) << ": " << f.text);
    }
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_correct_history_with_gaps_passes, fixture)
{
    const auto r = check();
    BOOST_TEST(r.violations == 0);
    BOOST_TEST(r.acknowledged == 9);
    BOOST_TEST(r.refused == 1);
    BOOST_TEST(r.unknown == 2);
    BOOST_TEST(r.unknown_arrived == 1);
    BOOST_TEST(r.deliveries == 17);
    BOOST_TEST(r.resumptions == 4);
    BOOST_TEST(r.gaps == 2);
    BOOST_TEST(r.covered == 3); // event 7 in stream 1, and the events 6 and 7 in stream 2
    BOOST_TEST(r.repeated == 0);
}

BOOST_FIXTURE_TEST_CASE(each_lost_event_is_found, fixture)
{
    const auto whole = streams;
    for (std::size_t s = 0; s < whole.size(); ++s) {
        for (std::size_t at = 0; at < whole[s].entries.size(); ++at) {
            const auto* e = std::get_if<received_event>(&whole[s].entries[at]);
            // The gap of stream 1 also covers event 5. The gap of stream 2 covers everything after event 4.
            const bool is_covered = (s != 0 && at == 3) || (s == 2 && at == 5);
            if (e != nullptr && !is_covered) {
                erase(s, static_cast<std::ptrdiff_t>(at));
                BOOST_TEST_CONTEXT("stream " << s << " without '" << e->payload << "'")
                {
                    check_only(check(), violation::lost);
                }
                streams = whole;
            }
        }
    }
}

BOOST_FIXTURE_TEST_CASE(an_acknowledged_event_that_no_stream_gets_is_lost_in_each, fixture)
{
    appends.push_back(acknowledged("a", 11));
    check_only(check(), violation::lost, 3);
}

BOOST_FIXTURE_TEST_CASE(each_doubled_event_is_found, fixture)
{
    const auto whole = streams;
    for (std::size_t s = 0; s < whole.size(); ++s) {
        for (std::size_t at = 0; at < whole[s].entries.size(); ++at) {
            if (std::holds_alternative<received_event>(whole[s].entries[at])) {
                insert(s, static_cast<std::ptrdiff_t>(at), whole[s].entries[at]);
                BOOST_TEST(check().count(violation::doubled) == 1);
                streams = whole;
            }
        }
    }
}

BOOST_FIXTURE_TEST_CASE(an_event_with_a_second_id_is_doubled, fixture)
{
    for (std::size_t s = 0; s < streams.size(); ++s) {
        insert(s, static_cast<std::ptrdiff_t>(entries(s).size()), received_event{"late", 11});
    }
    const auto r = check();
    BOOST_TEST(r.count(violation::doubled) == 3);
    BOOST_TEST(r.count(violation::id_differs) == 1);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_outcome_with_two_ids_is_found_although_no_stream_has_both, fixture)
{
    std::get<received_event>(entries(1).back()).id = 12;
    BOOST_TEST(check().count(violation::id_differs) == 1);
}

BOOST_FIXTURE_TEST_CASE(swapped_events_are_found, fixture)
{
    std::swap(entries(0)[1], entries(0)[2]);
    const auto r = check();
    BOOST_TEST(r.count(violation::out_of_order) == 1);
    BOOST_TEST(r.count(violation::lost) == 1);
}

BOOST_FIXTURE_TEST_CASE(swapped_payloads_are_found, fixture)
{
    std::swap(std::get<received_event>(entries(0)[1]).payload, std::get<received_event>(entries(0)[2]).payload);
    const auto r = check();
    BOOST_TEST(r.count(violation::id_reused) == 2);
    BOOST_TEST(r.count(violation::id_differs) == 2);
}

BOOST_FIXTURE_TEST_CASE(a_refused_event_is_found, fixture)
{
    insert(0, 8, received_event{"no", 11});
    check_only(check(), violation::refused_event);
}

BOOST_FIXTURE_TEST_CASE(an_event_that_nobody_has_published_is_found, fixture)
{
    insert(0, 8, received_event{"other", 11});
    check_only(check(), violation::unknown_event);
}

BOOST_FIXTURE_TEST_CASE(an_event_of_another_topic_is_found, fixture)
{
    insert(0, 2, got(2));
    check_only(check(), violation::unknown_event);
}

BOOST_FIXTURE_TEST_CASE(a_reused_id_is_found, fixture)
{
    appends.push_back({.topic = "b", .payload = "again", .result = outcome::acknowledged, .id = 7});
    check_only(check(), violation::id_reused);
}

BOOST_FIXTURE_TEST_CASE(a_gap_that_ends_before_the_loss_does_not_cover_it, fixture)
{
    std::get<gap_notice>(entries(1)[4]).until = 6;
    check_only(check(), violation::lost);
}

BOOST_FIXTURE_TEST_CASE(a_gap_that_begins_after_the_loss_does_not_cover_it, fixture)
{
    erase(1, 3); // event 5
    insert(1, 3, resumption{5});
    check_only(check(), violation::lost);
}

BOOST_FIXTURE_TEST_CASE(a_gap_of_another_stream_does_not_cover_a_loss, fixture)
{
    erase(1, 4);
    check_only(check(), violation::lost);
}

BOOST_FIXTURE_TEST_CASE(a_gap_without_an_id_covers_only_up_to_the_next_event, fixture)
{
    erase(2, 6); // event 9
    check_only(check(), violation::lost);
}

BOOST_FIXTURE_TEST_CASE(a_gap_without_an_id_does_not_cover_what_follows_a_resumption, fixture)
{
    insert(2, 5, resumption{5});
    check_only(check(), violation::lost, 2); // events 6 and 7
}

// A replaced primary acknowledges event 7 after stream 1 has continued with its successor.
BOOST_FIXTURE_TEST_CASE(a_gap_does_not_cover_an_event_that_is_published_later, fixture)
{
    appends[6].begun = 20;
    streams[1].begun = 10;
    auto& gap = std::get<gap_notice>(entries(1)[4]);
    gap.arrived = 21;
    BOOST_TEST(check().violations == 0);
    gap.arrived = 19;
    check_only(check(), violation::lost);
    insert(1, 7, gap_notice{10, 22});
    BOOST_TEST(check().violations == 0);
}

BOOST_FIXTURE_TEST_CASE(an_event_with_a_number_before_the_start_of_a_stream_is_lost_if_it_is_published_later, fixture)
{
    streams.push_back({{"a"}, {got(9), received_event{"late", 10}}, 10});
    BOOST_TEST(check().violations == 0);
    appends[6].begun = 9;
    BOOST_TEST(check().violations == 0);
    appends[6].begun = 11;
    check_only(check(), violation::lost);
    appends[6].result = outcome::unknown;
    BOOST_TEST(check().violations == 0);
}

BOOST_FIXTURE_TEST_CASE(gaps_may_be_forbidden, fixture)
{
    check_only(check({.allow_gaps = false}), violation::unexpected_gap, 2);
}

BOOST_FIXTURE_TEST_CASE(a_resumption_after_events_that_have_not_arrived_is_a_loss, fixture)
{
    entries(0)[3] = resumption{5}; // event 5 then arrives although the position is after it
    const auto r = check();
    BOOST_TEST(r.count(violation::lost) == 1);
    BOOST_TEST(r.count(violation::out_of_order) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_resumption_before_the_position_is_found, fixture)
{
    entries(0)[3] = resumption{1};
    const auto r = check();
    BOOST_TEST(r.count(violation::moved_back) == 1);
    BOOST_TEST(r.count(violation::lost) == 1); // event 3 has not been repeated
}

BOOST_FIXTURE_TEST_CASE(events_may_be_repeated_after_a_gap, fixture)
{
    std::get<gap_notice>(entries(1)[4]).until = 2;
    insert(1, 5, got(3));
    insert(1, 6, got(5));
    insert(1, 7, got(7));
    const auto r = check();
    BOOST_TEST(r.violations == 0);
    BOOST_TEST(r.repeated == 2);
}

BOOST_FIXTURE_TEST_CASE(only_missing_events_must_follow_a_gap_that_moves_a_stream_back, fixture)
{
    std::get<gap_notice>(entries(1)[4]).until = 2;
    check_only(check(), violation::lost); // event 7, but neither 3 nor 5
    insert(1, 5, got(7));
    BOOST_TEST(check().violations == 0);
    streams.push_back({{"a"}, {got(5), gap_notice{2}, got(7), got(9), received_event{"late", 10}}});
    BOOST_TEST(check().violations == 0);
    erase(3, 2);
    check_only(check(), violation::lost);
}

BOOST_FIXTURE_TEST_CASE(a_retried_event_may_have_a_new_id_only_after_a_gap, fixture)
{
    appends[6] = {.topic = "a", .payload = "e7", .result = outcome::acknowledged, .id = 20, .retried = true};
    for (std::size_t s = 0; s < streams.size(); ++s) {
        insert(s, static_cast<std::ptrdiff_t>(entries(s).size()), received_event{"e7", 20});
    }
    check_only(check(), violation::doubled); // stream 0 has received event 7, and no gap
    insert(0, 8, gap_notice{19});
    const auto r = check();
    BOOST_TEST(r.violations == 0);
    BOOST_TEST(r.repeated == 1);
}

BOOST_FIXTURE_TEST_CASE(a_stream_without_a_start_position_begins_with_its_first_event, fixture)
{
    streams.push_back({{"a"}, {got(5), got(7), got(9), received_event{"late", 10}}});
    BOOST_TEST(check().violations == 0);
    erase(3, 1);
    check_only(check(), violation::lost);
}

BOOST_FIXTURE_TEST_CASE(the_report_holds_a_limited_number_of_findings, fixture)
{
    for (log_number id = 100; id < 200; ++id) {
        appends.push_back(acknowledged("a", id));
    }
    const auto r = check();
    BOOST_TEST(r.violations == 300);
    BOOST_TEST(r.findings.size() == checker::max_findings);
}

BOOST_AUTO_TEST_SUITE_END()
