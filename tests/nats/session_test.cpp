#include "nats/session.hpp"

#include "nats/event_message.hpp"
#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>
#include <thread>

BOOST_AUTO_TEST_SUITE(nats_session_test)

namespace {

using namespace rill_test;

} // namespace

BOOST_AUTO_TEST_CASE(sends_requests_and_reports_errors_of_the_server)
{
    const nats_server server;
    const auto open = plain_session(quick_options({server.url()}));
    const auto missing = open->request("$JS.API.STREAM.INFO.NONE", {});
    BOOST_REQUIRE(!missing.has_value());
    BOOST_TEST(missing.error().code == static_cast<int>(JSStreamNotFoundErr));
    BOOST_TEST(missing.error().text == "stream not found");
    const auto nobody = open->request("nobody.listens", {});
    BOOST_REQUIRE(!nobody.has_value());
    BOOST_TEST(nobody.error().status == NATS_NO_RESPONDERS);
    request(*open, "$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["p"]})");
    open->publish("p", "data");
    BOOST_REQUIRE(eventually([&] { return open->message("S", 1).has_value(); }));
    BOOST_TEST(open->message("S", 2).error().code == static_cast<int>(JSNoMessageFoundErr));
    BOOST_TEST(open->server_url() == server.url());
    BOOST_TEST(!open->servers().empty());
    BOOST_TEST(open->server_id().size() > 10U);
    BOOST_TEST(!open->wait_until_closed(std::chrono::milliseconds(1)));
    BOOST_TEST(open->last_message("S", "p").has_value());
}

BOOST_AUTO_TEST_CASE(passes_replies_with_their_status)
{
    const nats_server server;
    const auto options = quick_options({server.url()});
    std::atomic<int> status = 0;
    const auto replies = rill::nats::make_inbox();
    const auto open = rill::nats::session::dial(options, options.servers, replies, [&](natsMsg& reply) {
                          status = rill::nats::status_of(reply);
                      }).value();
    open->publish("nobody.listens", "x", replies + ".1");
    BOOST_TEST(eventually([&] { return status == 503; }));
}

BOOST_AUTO_TEST_CASE(notices_the_end_of_the_server)
{
    nats_server server;
    const auto open = plain_session(quick_options({server.url()}));
    std::thread waiting([&] { open->wait_until_closed(std::chrono::hours(1)); });
    server.end();
    waiting.join();
    BOOST_TEST(open->is_closed());
}

BOOST_AUTO_TEST_CASE(notices_a_silent_server)
{
    const nats_server server;
    const auto options = quick_options({server.url()});
    const auto open =
        rill::nats::session::dial(options, options.servers, rill::nats::make_inbox(), [](natsMsg&) {}).value();
    server.freeze();
    open->wait_until_closed(std::chrono::hours(1));
    server.thaw();
    BOOST_TEST(open->is_closed());
}

BOOST_AUTO_TEST_CASE(a_subscription_ends_while_messages_arrive)
{
    const nats_server server;
    const auto options = quick_options({server.url()});
    const auto open = plain_session(options);
    std::atomic<bool> ending = false;
    std::thread publisher([&, with = plain_session(options)] {
        while (!ending) {
            with->publish("flood", "data");
        }
    });
    for (int i = 0; i != 1'000; ++i) {
        const auto subscription = open->subscribe("flood");
        BOOST_REQUIRE(subscription != nullptr);
        natsMsg* first = nullptr;
        natsSubscription_NextMsg(&first, subscription.get(), 10'000);
        const rill::nats::message_handle owner(first);
        BOOST_REQUIRE(first != nullptr);
        if (i % 100 == 0) {
            static_cast<void>(open->request("nobody.listens", {}));
        }
    }
    ending = true;
    publisher.join();
}

BOOST_AUTO_TEST_CASE(reports_a_failed_connection)
{
    const auto options = quick_options({"nats://127.0.0.1:" + std::to_string(free_port())});
    const auto failed = rill::nats::session::dial(options, options.servers, "_INBOX.x", [](natsMsg&) {});
    BOOST_REQUIRE(!failed.has_value());
    BOOST_TEST(!failed.error().empty());
}

BOOST_AUTO_TEST_SUITE_END()
