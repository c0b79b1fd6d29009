#include <boost/test/unit_test.hpp>
#include <rill/testing/event_source.hpp>

#include "testing/application.hpp"

BOOST_AUTO_TEST_SUITE(testing_event_source_test)

BOOST_AUTO_TEST_CASE(a_handler_without_an_application)
{
    auto source = rill::testing::event_source_of(rill_test::count, "/any?ms=1000&size=0");
    BOOST_TEST(source.next().id == "1");
    BOOST_TEST(source.next().id == "2");
    BOOST_TEST((source.app->now() == std::chrono::seconds(2)));
    source.events.disconnect();
    BOOST_TEST(source.app->streams() == 0U);
}

BOOST_AUTO_TEST_CASE(fields_and_options_are_passed_on)
{
    const auto handler = [](rill::sse::event_stream& stream, rill::header<"User-Agent"> agent) -> rill::awaitable<> {
        const auto text = std::string(stream.last_event_id()) + " " + *agent;
        co_await stream.send(text);
    };
    int opened = 0;
    rill::testing::options options;
    options.server.observer.on_stream_opened = [&opened](const rill::observer::stream_opened& stream) {
        BOOST_TEST(stream.remote_address == "203.0.113.7");
        ++opened;
    };
    options.network.client_address = "203.0.113.7";
    auto source =
        rill::testing::event_source_of(handler, "/", {{"Last-Event-ID", "41"}, {"User-Agent", "kit"}}, options);
    BOOST_TEST(source.next().data == "41 kit");
    BOOST_TEST(opened == 1);
}

BOOST_AUTO_TEST_SUITE_END()
