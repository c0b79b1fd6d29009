#include "nats/subscription.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_subscription_test)

namespace {

using namespace rill_test;
using rill::nats::ended_subscriptions;
using rill::nats::subscription_deleter;
using rill::nats::subscription_handle;

struct stage
{
    stage()
    {
        natsConnection* created = nullptr;
        BOOST_REQUIRE(natsConnection_ConnectTo(&created, server.url().c_str()) == NATS_OK);
        connection.reset(created);
    }
    ~stage() { natsConnection_Close(connection.get()); }

    subscription_handle subscribe()
    {
        natsSubscription* created = nullptr;
        BOOST_REQUIRE(natsConnection_SubscribeSync(&created, connection.get(), "subject") == NATS_OK);
        return {created, subscription_deleter{ended}};
    }

    const nats_server server;
    std::shared_ptr<ended_subscriptions> ended = std::make_shared<ended_subscriptions>();
    rill::nats::connection_handle connection;
};

} // namespace

BOOST_AUTO_TEST_CASE(keeps_what_has_ended_since_the_request)
{
    stage s;
    s.subscribe();
    s.subscribe();
    BOOST_TEST(s.ended->size() == 2U);
    const auto before = s.ended->count();
    s.subscribe();
    s.ended->release(before);
    BOOST_TEST(s.ended->size() == 1U);
    s.ended->release(before); // a second response
    BOOST_TEST(s.ended->size() == 1U);
    s.ended->release(s.ended->count());
    BOOST_TEST(s.ended->size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_ended_subscription_gets_no_message)
{
    stage s;
    auto handle = s.subscribe();
    auto* const subscription = handle.get();
    handle.reset();
    natsConnection_PublishString(s.connection.get(), "subject", "data");
    natsConnection_Flush(s.connection.get());
    natsMsg* message = nullptr;
    BOOST_TEST((natsSubscription_NextMsg(&message, subscription, 1) == NATS_INVALID_SUBSCRIPTION));
}

BOOST_AUTO_TEST_CASE(a_handle_outlives_its_connection)
{
    stage s;
    const auto handle = s.subscribe();
    natsConnection_Close(s.connection.get());
    s.ended.reset();
    BOOST_TEST(!natsSubscription_IsValid(handle.get()));
}

BOOST_AUTO_TEST_SUITE_END()
