#include "testing/backplane_contract/publishers.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "testing/backplane_contract/stage.hpp"

using rill::testing::contract::publishers;

BOOST_AUTO_TEST_SUITE(publishers_test)

BOOST_AUTO_TEST_CASE(each_thread_appends_its_events)
{
    rill_test::trial_stage stage;
    stage.trial.open();
    stage.trial.open();
    publishers some(stage.trial, 3, 20);
    some.join();
    BOOST_TEST(some.appended() == 60U);
    std::set<std::string> data;
    std::set<const void*> logs;
    for (const auto& append : stage.trial.appends()) {
        data.insert(append->event().data);
        logs.insert(append->log());
    }
    BOOST_TEST(data.size() == 60U);
    BOOST_TEST(logs.size() == 2U);
    stage.trial.finish();
}

BOOST_AUTO_TEST_CASE(threads_without_a_limit_end_at_join)
{
    rill_test::trial_stage stage;
    stage.trial.open();
    publishers all(stage.trial, 2, SIZE_MAX);
    BOOST_TEST(all.await_appended(50));
    all.join();
    const auto count = all.appended();
    BOOST_TEST(count == stage.trial.appends().size());
    stage.trial.finish();
}

BOOST_AUTO_TEST_SUITE_END()
