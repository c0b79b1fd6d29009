// Snapshots of a channel, with clients of the test kit in virtual time.

#include <boost/test/unit_test.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <rill/testing.hpp>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(testing_snapshot_test)

namespace {

using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;
namespace testing = rill::testing;

/// A counter. Its snapshot takes some time, for example because it reads a database.
struct counter
{
    std::chrono::milliseconds delay = 2s;
    int value = 0;
    int calls = 0;
    pubsub::channel changes{{
        .snapshot = [this](pubsub::snapshot_request) { return take(); },
        .heartbeat = 1s,
    }};
    testing::server app{routes()};

    rill::router routes()
    {
        rill::router r;
        r.get("/counter", rill::sse::endpoint(changes));
        return r;
    }
    rill::awaitable<rill::result<pubsub::snapshot>> take()
    {
        ++calls;
        pubsub::snapshot s;
        s.add(std::to_string(value));
        rill::interval pause(delay);
        co_await pause.tick();
        co_return s;
    }
    void add()
    {
        ++value;
        BOOST_REQUIRE(changes.publish(std::to_string(value)).has_value());
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_burst_of_clients_needs_one_call)
{
    counter c;
    std::vector<testing::stream> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(c.app.open("/counter"));
        c.add();
        c.app.advance(10ms - 1ms);
    }
    c.app.advance(1s);
    BOOST_TEST(c.calls == 1);
    BOOST_TEST(clients.front().comments() > 0U); // heartbeats while the clients wait
    for (auto& client : clients) {
        std::string last;
        while (last != "200") {
            last = client.next().data;
        }
        BOOST_TEST(!client.next_within(1ms).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_cut_client_resumes_after_the_snapshot)
{
    counter c;
    c.add();
    std::string id;
    {
        auto client = c.app.open("/counter");
        const auto state = client.next();
        BOOST_TEST(state.data == "1");
        BOOST_TEST(!state.id.empty());
        id = state.id;
    }
    c.add();
    auto again = c.app.open("/counter", {{"Last-Event-ID", id}});
    BOOST_TEST(again.next().data == "2");
    BOOST_TEST(c.calls == 1);
}

BOOST_AUTO_TEST_CASE(a_call_without_an_end)
{
    counter c;
    c.delay = 1h;
    auto client = c.app.open("/counter");
    BOOST_TEST(!client.next_within(9999ms).has_value());
    BOOST_TEST((client.wait_closed() == rill::close_reason::handler_error));
    BOOST_TEST((c.app.now() < 11s));
    c.delay = 1ms;
    auto again = c.app.open("/counter");
    BOOST_TEST(again.next().data == "0");
}

BOOST_AUTO_TEST_CASE(the_shutdown_cancels_a_call)
{
    counter c;
    c.delay = 5s;
    auto client = c.app.open("/counter");
    c.app.begin_shut_down();
    BOOST_TEST((client.wait_closed() == rill::close_reason::drained));
}

BOOST_AUTO_TEST_SUITE_END()
