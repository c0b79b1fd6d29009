#include <rill/pubsub/publish_handler.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/http/make_handler.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <stdexcept>

namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(publish_handler_test)

namespace {

struct fixture
{
    explicit fixture(pubsub::hub_options options = {}, pubsub::memory_backplane::settings settings = {.first_id = 1})
        : hub(std::move(options), std::make_shared<pubsub::memory_backplane>(settings))
    {}

    pubsub::hub hub;
    pubsub::publish_handler handler{hub, "sesame"};

    rill::response post(std::string_view topic, std::string_view query, std::string body,
                        std::string_view authorization = "Bearer sesame")
    {
        rill::request r(rill::verb::post, "/topics/x?" + std::string(query));
        r.add_path_parameter("topic", std::string(topic));
        r.set_body(std::move(body));
        if (!authorization.empty()) {
            BOOST_REQUIRE(r.fields().set("Authorization", std::string(authorization)));
        }
        return handler(r);
    }

    int status_of(std::string_view topic, std::string_view query, std::string body)
    {
        return static_cast<int>(post(topic, query, std::move(body)).status());
    }
};

std::string text(const rill::response& r)
{
    return std::get<std::string>(r.body());
}

} // namespace

BOOST_AUTO_TEST_CASE(publishes_and_answers_with_the_id)
{
    fixture f;
    const auto r = f.post("news/weather", "", "it rains");
    BOOST_TEST((r.status() == rill::status::created));
    BOOST_TEST(text(r) == R"({"id":"1"})");
    BOOST_TEST(f.status_of("news/weather", "event=warning&key=storm", "storm") == 201);
    BOOST_TEST(f.hub.stats().published == 2U);
    BOOST_TEST((f.hub.topics() == std::vector<std::string>{"news/weather"}));
}

BOOST_AUTO_TEST_CASE(its_route_needs_the_path_parameter_topic)
{
    const auto route = rill::make_handler(fixture().handler);
    BOOST_TEST(route.route_needs().path_parameters == std::vector<std::string>{"topic"});
}

BOOST_AUTO_TEST_CASE(publishing_needs_the_token)
{
    fixture f;
    for (const auto* field : {"", "sesame", "Bearer", "Bearer ", "Bearer sesam", "Bearer sesames", "Bearer sesamf",
                              "Bearer sesamesesame", "Basic sesame", "Bearer\tsesame", "Bearer sesame x"})
    {
        const auto r = f.post("news", "", "x", field);
        BOOST_TEST((r.status() == rill::status::unauthorized), field);
        BOOST_TEST(r.fields().get("WWW-Authenticate").value_or("") == "Bearer");
    }
    BOOST_TEST(f.hub.stats().published == 0U);
    for (const auto* field : {"bearer sesame", "Bearer  sesame", "Bearer   sesame"}) { // RFC 9110, 11.4
        BOOST_TEST((f.post("news", "", "x", field).status() == rill::status::created), field);
    }
}

BOOST_AUTO_TEST_CASE(an_unusable_token_throws)
{
    const pubsub::hub hub;
    for (const auto* token : {"", "two words", "line\nbreak"}) {
        BOOST_CHECK_THROW(pubsub::publish_handler(hub, token), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(events_that_cannot_be_published_are_answered_with_the_reason)
{
    fixture f({.max_topics = 1});
    BOOST_TEST(f.status_of("", "", "x") == 400);
    BOOST_TEST(f.status_of("a/*", "", "x") == 400);
    BOOST_TEST(f.status_of("a", "event=a%0Ab", "x") == 400);
    BOOST_TEST(f.status_of("a", "id=a%0Ab", "x") == 400);
    BOOST_TEST(f.status_of("a", "", "\xff") == 400);
    BOOST_TEST(f.status_of("a", "id=7", "x") == 409);
    BOOST_TEST(f.hub.stats().published == 0U);
    BOOST_TEST(f.status_of("a", "", "x") == 201);
    BOOST_TEST(f.status_of("b", "", "x") == 503);
}

BOOST_AUTO_TEST_CASE(a_compressed_body_is_not_published)
{
    fixture f;
    rill::request r(rill::verb::post, "/topics/news");
    r.add_path_parameter("topic", "news");
    r.set_body("\x1f\x8b");
    BOOST_REQUIRE(r.fields().set("Content-Encoding", "gzip"));
    BOOST_TEST((f.handler(r).status() == rill::status::unauthorized)); // without the token, nothing else is checked
    BOOST_REQUIRE(r.fields().set("Authorization", "Bearer sesame"));
    const auto refused = f.handler(r);
    BOOST_TEST((refused.status() == rill::status::unsupported_media_type));
    BOOST_TEST(refused.fields().get("Accept-Encoding").value_or("") == "identity");
    BOOST_TEST(f.hub.stats().published == 0U);
}

BOOST_AUTO_TEST_CASE(a_publisher_may_set_the_id)
{
    fixture f({}, {.ids = pubsub::memory_backplane::id_source::publisher});
    const auto r = f.post("a", "id=k1", "x");
    BOOST_TEST(text(r) == R"({"id":"k1"})");
    BOOST_TEST(f.status_of("a", "id=k1", "x") == 409);
}

BOOST_AUTO_TEST_SUITE_END()
