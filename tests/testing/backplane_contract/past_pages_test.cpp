#include "testing/backplane_contract/past_pages.hpp"

#include <boost/test/unit_test.hpp>

#include "testing/backplane_contract/stage.hpp"

using rill_test::defect;
using rill_test::message_of;
using rill_test::trial_stage;

BOOST_AUTO_TEST_SUITE(past_pages_test)

using namespace rill::testing::contract;

namespace {

/// A log with ten events and its only reader.
struct filled_stage : trial_stage
{
    log_pointer log;
    recorder::entries all;

    explicit filled_stage(defect fault = defect::none) : trial_stage(fault), log(trial.open())
    {
        const auto& reader = trial.tail(log);
        trial.await_event(reader, *trial.append_many(*log, 10).back());
        all = reader.events();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(pages_up_to_the_end)
{
    filled_stage s;
    const auto read = read_past(s.trial, *s.log, s.all[1].id, {.max_events = 3});
    BOOST_TEST(read.events.size() == 8U);
    BOOST_TEST(read.pages == 3U);
    BOOST_TEST(read.end.id == s.all.back().id);
    BOOST_TEST(!read.failure);
    const auto one =
        read_past(s.trial, *s.log, s.all[1].id, {.max_events = 3, .enough = [](const past&) { return true; }});
    BOOST_TEST(one.events.size() == 3U);
    BOOST_TEST((read_past(s.trial, *s.log, "x").failure == rill::error::unknown_event_id));
}

BOOST_AUTO_TEST_CASE(expected_pages)
{
    filled_stage s;
    const auto check = [&](std::string_view after, const recorder::entries& events, bool or_unknown = false) {
        return message_of([&] { expect_past(s.trial, *s.log, after, events, {}, or_unknown); });
    };
    const auto& all = s.all;
    BOOST_TEST(check(all[0].id, events_after(all, 0)) == "");
    BOOST_TEST(check(all[0].id, events_after(all, 1)).find("expected the event") != std::string::npos);
    BOOST_TEST(check(all[0].id, all).find("expected the event") != std::string::npos);
    BOOST_TEST(check(all[9].id, {all[0]}).find("came the end of the log") != std::string::npos);
    BOOST_TEST(check(all[8].id, {}).find("expected the end of the log") != std::string::npos);
    BOOST_TEST(check("x", {}).find("expected a page") != std::string::npos);
    BOOST_TEST(check("x", all, true) == "");
    auto changed = events_after(all, 0);
    changed[3].key = "other";
    BOOST_TEST(check(all[0].id, changed).find("key: expected") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unknown_ids)
{
    filled_stage s;
    const auto check = [&](std::string_view id) {
        return message_of([&] { expect_unknown(s.trial, *s.log, id, "an id"); });
    };
    BOOST_TEST(check("x") == "");
    BOOST_TEST(check(s.all[0].id).find("expected unknown_event_id, came 9 events") != std::string::npos);
    s.fixture.interrupt();
    BOOST_TEST(check("x").find("expected unknown_event_id, came ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rules_of_each_page)
{
    const auto read = [](defect fault, const past_options& options) {
        filled_stage s(fault);
        return message_of([&] { read_past(s.trial, *s.log, s.all[0].id, options); });
    };
    BOOST_TEST(read(defect::none, {.max_events = 2, .max_bytes = 1, .topics = {"contract"}}) == "");
    BOOST_TEST(read(defect::exceeds_event_limit, {.max_events = 2}).find("at most 2 events") != std::string::npos);
    BOOST_TEST(read(defect::exceeds_byte_limit, {.max_bytes = 1}).find("at most 1 bytes") != std::string::npos);
    BOOST_TEST(read(defect::ignores_filter, {.topics = {"x"}}).find("came the topic") != std::string::npos);
    BOOST_TEST(read(defect::end_behind_events, {}).find("expected an end at or after") != std::string::npos);
    BOOST_TEST(read(defect::never_ends, {}).find("came the same position again") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
