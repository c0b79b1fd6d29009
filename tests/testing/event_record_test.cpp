#include "testing/event_record.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace testing_event_record_test {

namespace {

using rill::close_reason;
using rill::observer;

struct fixture
{
    std::string calls; ///< of the user's observer
    std::vector<std::uint64_t> opened;
    rill::testing::detail::event_record record;
};

} // namespace

} // namespace testing_event_record_test

BOOST_FIXTURE_TEST_SUITE(testing_event_record_test, testing_event_record_test::fixture)

BOOST_AUTO_TEST_CASE(records_events_and_calls_the_observer_of_the_user)
{
    observer user;
    user.log = [&](rill::log_level, std::string_view text) { calls += text; };
    user.on_stream_opened = [&](const observer::stream_opened& o) { calls += " opened " + std::to_string(o.id); };
    user.on_stream_closed = [&](const observer::stream_closed& c) { calls += " closed " + std::to_string(c.id); };
    const auto all = record.make_observer(user, [&](std::uint64_t id) { opened.push_back(id); });
    all.log(rill::log_level::warning, "line");
    all.on_stream_opened({.id = 7});
    BOOST_TEST(!record.reason_of(7).has_value());
    all.on_stream_closed({.id = 7, .reason = close_reason::drained});
    BOOST_TEST(calls == "line opened 7 closed 7");
    BOOST_TEST(opened == std::vector<std::uint64_t>{7});
    BOOST_TEST((record.reason_of(7) == close_reason::drained));
    BOOST_TEST((record.reasons() == std::vector{close_reason::drained}));
    BOOST_REQUIRE(record.log().size() == 1U);
    BOOST_TEST((record.log()[0].level == rill::log_level::warning && record.log()[0].text == "line"));
}

BOOST_AUTO_TEST_CASE(an_empty_observer_is_allowed)
{
    const observer user;
    const auto all = record.make_observer(user, [&](std::uint64_t id) { opened.push_back(id); });
    all.log(rill::log_level::warning, "line");
    all.on_stream_opened({.id = 1});
    all.on_stream_closed({.id = 1, .reason = close_reason::peer_closed});
    BOOST_TEST(record.log().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
