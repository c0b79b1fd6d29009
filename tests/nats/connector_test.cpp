#include "nats/connector.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_connector_test)

namespace {

using namespace rill_test;
using rill::nats::backplane_options;

// The messages for operators.
class messages
{
public:
    void add(std::string_view text)
    {
        const std::lock_guard lock(mutex_);
        all_.emplace_back(text);
    }
    std::size_t count(std::string_view part) const
    {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(
            std::ranges::count_if(all_, [&](const auto& text) { return text.find(part) != std::string::npos; }));
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> all_;
};

struct stage
{
    explicit stage(const backplane_options& o)
        : options(o), guard(options, options.subject_prefix, [](rill::log_level, std::string_view) {}),
          connection(options, guard, [this](rill::log_level, std::string_view text) { log.add(text); })
    {
        connection.start(
            rill::nats::make_inbox(), [](natsMsg&) {}, [] {});
    }

    std::shared_ptr<rill::nats::session> wait() const
    {
        return connection.wait(std::chrono::steady_clock::now() + std::chrono::seconds(30));
    }

    backplane_options options;
    messages log;
    rill::nats::stream_guard guard;
    rill::nats::connector connection;
};

bool connects(const nats_server& server, const std::function<void(backplane_options&)>& authenticate)
{
    auto options = quick_options({server.url()});
    authenticate(options);
    stage s(options);
    eventually([&] { return s.connection.current() != nullptr || s.log.count("no connection") != 0; });
    BOOST_TEST(s.log.count("secret") == 0U);
    return s.connection.current() != nullptr;
}

} // namespace

BOOST_AUTO_TEST_CASE(authenticates_with_a_user_or_a_token)
{
    const nats_server users({.authorization = "user: u, password: secret"});
    BOOST_TEST(connects(users, [](auto& o) {
        o.username = "u";
        o.password = "secret";
    }));
    BOOST_TEST(!connects(users, [](auto& o) {
        o.username = "u";
        o.password = "wrong";
    }));
    BOOST_TEST(!connects(users, [](auto&) {}));
    const nats_server tokens({.authorization = "token: secret"});
    BOOST_TEST(connects(tokens, [](auto& o) { o.token = "secret"; }));
    BOOST_TEST(!connects(tokens, [](auto& o) { o.token = "wrong"; }));
}

BOOST_AUTO_TEST_CASE(connects_again_after_the_end_of_the_server)
{
    nats_server server;
    const stage s(quick_options({server.url()}));
    BOOST_REQUIRE(s.wait() != nullptr);
    BOOST_TEST(s.connection.reconnects() == 0U);
    server.end();
    BOOST_REQUIRE(eventually([&] { return s.connection.current() == nullptr; }));
    BOOST_REQUIRE(eventually([&] { return s.log.count("no connection") != 0; }));
    server.launch();
    BOOST_REQUIRE(s.wait() != nullptr);
    BOOST_TEST(s.connection.reconnects() == 1U);
    BOOST_TEST(s.log.count("no connection") == 1U); // repeated failures are reported once
}

BOOST_AUTO_TEST_CASE(gives_no_session_without_the_stream)
{
    const nats_server server;
    auto options = quick_options({server.url()});
    options.create_stream = false;
    const stage s(options);
    BOOST_REQUIRE(eventually([&] { return s.log.count("stream not found") == 1; }));
    BOOST_TEST(s.connection.current() == nullptr);
    request(*plain_session(options), "$JS.API.STREAM.CREATE.TEST",
            R"({"name":"TEST","subjects":["test.events","test.events.>"]})");
    BOOST_REQUIRE(eventually([&] { return s.log.count("TEST-epochs: ") == 1; }));
    request(*plain_session(options), "$JS.API.STREAM.CREATE.TEST-epochs",
            R"({"name":"TEST-epochs","subjects":["TEST-epochs"]})");
    BOOST_TEST(s.wait() != nullptr);
}

BOOST_AUTO_TEST_CASE(stops_while_it_waits)
{
    stage s(quick_options({"nats://127.0.0.1:" + std::to_string(free_port())}));
    BOOST_REQUIRE(eventually([&] { return s.log.count("no connection") == 1; }));
    std::thread waiting([&] { BOOST_TEST(s.wait() == nullptr); });
    s.connection.stop();
    waiting.join();
    BOOST_TEST(!s.connection.pause(std::chrono::hours(1)));
}

BOOST_AUTO_TEST_SUITE_END()
