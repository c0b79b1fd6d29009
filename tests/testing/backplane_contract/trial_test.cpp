#include "testing/backplane_contract/trial.hpp"

#include <boost/test/unit_test.hpp>

#include "testing/backplane_contract/stage.hpp"

using rill_test::defect;
using rill_test::message_of;
using rill_test::trial_stage;

BOOST_AUTO_TEST_SUITE(trial_test)

using namespace rill::testing::contract;

BOOST_AUTO_TEST_CASE(appends_and_readers)
{
    trial_stage stage;
    auto& t = stage.trial;
    const auto log = t.open();
    const auto& reader = t.tail(log);
    BOOST_TEST(t.append_many(*log, 3).size() == 3U);
    t.settle();
    BOOST_TEST(reader.events().size() == 4U);
    t.stop(reader);
    t.append_acknowledged(*log);
    t.settle();
    BOOST_TEST(reader.events().size() == 4U);
    BOOST_TEST(t.appends().size() == 6U);
    BOOST_TEST(message_of([&] { t.finish(); }) == "");
}

BOOST_AUTO_TEST_CASE(a_closed_connection_is_destroyed)
{
    trial_stage stage;
    auto log = stage.trial.open();
    stage.trial.tail(log);
    const std::weak_ptr<rill::pubsub::backplane> weak = log;
    stage.trial.close(log);
    BOOST_TEST(log == nullptr);
    BOOST_TEST(weak.expired());
    BOOST_TEST(stage.trial.logs().empty());
}

BOOST_AUTO_TEST_CASE(random_numbers_depend_on_the_seed)
{
    trial_stage one;
    trial_stage other;
    for (int i = 0; i != 20; ++i) {
        const auto number = one.trial.random(1000);
        BOOST_TEST(number < 1000U);
        BOOST_TEST(number == other.trial.random(1000));
    }
}

BOOST_AUTO_TEST_CASE(it_reports_violations)
{
    trial_stage stage(defect::calls_done_twice);
    const auto log = stage.trial.open();
    stage.trial.append_many(*log, 8);
    const auto message = message_of([&] { stage.trial.finish(); });
    BOOST_TEST(message.find("expected one call of `done`, came 2 calls") != std::string::npos, message);
    BOOST_TEST(message.ends_with("(seed 5)"), message);
}

BOOST_AUTO_TEST_CASE(it_reports_what_does_not_come)
{
    using std::chrono::milliseconds;
    trial_stage silent(defect::never_calls_done, milliseconds(50));
    const auto log = silent.trial.open();
    BOOST_TEST(message_of([&] { silent.trial.append_many(*log, 8); }).find("none came in time") != std::string::npos);
    trial_stage interrupted(defect::none, milliseconds(50));
    interrupted.fixture.interrupt();
    const auto cut = interrupted.trial.open();
    BOOST_TEST(message_of([&] { interrupted.trial.tail(cut); }).find("expected on_begin()") != std::string::npos);
    BOOST_TEST(message_of([&] { interrupted.trial.append_until_acknowledged(*cut); }).find("work again") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
