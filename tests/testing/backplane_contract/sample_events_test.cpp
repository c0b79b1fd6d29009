#include "testing/backplane_contract/sample_events.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/pubsub/event_record.hpp>
#include <set>

using rill::pubsub::event_draft;
using rill::pubsub::event_record;

BOOST_AUTO_TEST_SUITE(sample_events_test)

BOOST_AUTO_TEST_CASE(a_log_can_store_each_event)
{
    std::set<std::string> data;
    for (const auto& sample : rill::testing::contract::sample_events()) {
        const auto draft = event_draft::make(sample.as_event(), sample.topic, sample.key);
        BOOST_REQUIRE_MESSAGE(draft.has_value(), sample.what);
        const auto again = event_record(*draft).draft();
        BOOST_REQUIRE_MESSAGE(again.has_value(), sample.what);
        BOOST_TEST((again->lines() == draft->lines()), sample.what);
        BOOST_TEST(again->has_data() == draft->has_data(), sample.what);
        BOOST_TEST((draft->data().empty() || data.insert(std::string(draft->data())).second), sample.what);
    }
}

BOOST_AUTO_TEST_SUITE_END()
