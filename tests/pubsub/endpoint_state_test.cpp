#include "pubsub/endpoint_state.hpp"

#include "store_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(endpoint_state_test)

BOOST_AUTO_TEST_CASE(each_kind_of_streams_has_its_policy)
{
    const auto store =
        make_store({.channel = {.heartbeat = 20s}, .by_topic = {{"quick", {.heartbeat = 1s}}, {"a", {}}}});
    const endpoint_state state(store,
                               {.heartbeat_event = "beat", .farewell = ": bye\n\n", .until_event = "data: late\n\n"});
    BOOST_REQUIRE_EQUAL(state.policies.size(), 3U);
    BOOST_TEST((state.policies[0].heartbeat == 20s));
    BOOST_TEST((state.policies[1].heartbeat == 1s));
    BOOST_TEST((state.policies[2].heartbeat == rill::sse::default_heartbeat));
    BOOST_TEST(state.policies[1].farewell == ": bye\n\n");
    BOOST_TEST(state.policies[1].until_event == "data: late\n\n");
    BOOST_TEST(state.policies[1].filler == "event: beat\ndata: \n\n");
    const endpoint_state own(store, {.heartbeat = 3s});
    BOOST_TEST((own.policies[1].heartbeat == 3s));
}

BOOST_AUTO_TEST_SUITE_END()
