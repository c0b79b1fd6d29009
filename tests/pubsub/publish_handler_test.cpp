#include <rill/pubsub/publish_handler.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <rill/http/make_handler.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <stdexcept>
#include <thread>

namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(publish_handler_test)

namespace {

// The mailbox of the context keeps the context running. Therefore the end of the coroutine stops the context.
rill::response run(rill::awaitable<rill::response> body)
{
    boost::asio::io_context context(1);
    std::optional<rill::response> answer;
    boost::asio::co_spawn(context.get_executor(), std::move(body), [&](const std::exception_ptr& e, rill::response r) {
        BOOST_TEST(!e);
        answer.emplace(std::move(r));
        context.stop();
    });
    context.run();
    BOOST_REQUIRE(answer.has_value());
    return std::move(*answer);
}

struct fixture
{
    explicit fixture(pubsub::hub_options options = {}, pubsub::memory_backplane::settings settings = {.first_id = 1})
        : hub(std::move(options), std::make_shared<pubsub::memory_backplane>(settings))
    {}

    explicit fixture(std::shared_ptr<pubsub::backplane> log) : hub({}, std::move(log)) {}

    pubsub::hub hub;
    pubsub::publish_handler handler{hub, "sesame"};
    std::string idempotency_key;

    rill::response post(std::string_view topic, std::string_view query, std::string body,
                        std::string_view authorization = "Bearer sesame")
    {
        rill::request r(rill::verb::post, "/topics/x?" + std::string(query));
        r.add_path_parameter("topic", std::string(topic));
        r.set_body(std::move(body));
        if (!authorization.empty()) {
            BOOST_REQUIRE(r.fields().set("Authorization", std::string(authorization)));
        }
        if (!idempotency_key.empty()) {
            BOOST_REQUIRE(r.fields().set("Idempotency-Key", idempotency_key));
        }
        return run(handler(r));
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
    BOOST_TEST(
        (run(f.handler(r)).status() == rill::status::unauthorized)); // without the token, nothing else is checked
    BOOST_REQUIRE(r.fields().set("Authorization", "Bearer sesame"));
    const auto refused = run(f.handler(r));
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

BOOST_AUTO_TEST_CASE(a_retry_with_the_same_key_publishes_nothing)
{
    fixture f;
    f.idempotency_key = R"("8e03978e-40d5")";
    BOOST_TEST(text(f.post("a", "", "x")) == R"({"id":"1"})");
    BOOST_TEST(text(f.post("a", "", "x")) == R"({"id":"1"})");
    f.idempotency_key = "8e03978e-40d5"; // without quotation marks
    BOOST_TEST(text(f.post("a", "", "x")) == R"({"id":"1"})");
    f.idempotency_key = R"("a \"b\\")";
    BOOST_TEST(text(f.post("a", "", "x")) == R"({"id":"2"})");
    BOOST_TEST(f.hub.stats().published == 2U);
    for (const std::string bad : {R"("")", R"("a)", R"(a"b)", R"("a\")", R"("a"b")", "a b", "a\xe4"}) {
        f.idempotency_key = bad;
        BOOST_TEST(f.status_of("a", "", "x") == 400, bad);
    }
    f.idempotency_key = std::string(255, 'k');
    BOOST_TEST(f.status_of("a", "", "x") == 201);
    f.idempotency_key = std::string(256, 'k');
    BOOST_TEST(f.status_of("a", "", "x") == 400);
    BOOST_TEST(f.hub.stats().published == 3U);
}

namespace {

/// A log whose own thread answers each append.
struct answering_log final : pubsub::backplane
{
    rill::result<pubsub::log_id> outcome = pubsub::log_id("42");
    bool answers = true;
    std::thread thread;

    ~answering_log() override { join(); }
    void join()
    {
        if (thread.joinable()) {
            thread.join();
        }
    }
    void tail(reader& r, const tail_options&) override { r.on_begin({}); }
    void stop(reader&) override {}
    rill::result<pubsub::log_id> append(pubsub::event_draft, const append_options&, appended done) override
    {
        join();
        thread = std::thread([this, done = std::move(done)]() mutable {
            if (answers) {
                done(outcome);
            }
            done = nullptr;
        });
        return pubsub::log_id();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(the_answer_waits_for_the_acknowledgment)
{
    const auto log = std::make_shared<answering_log>();
    fixture f(log);
    const auto created = f.post("a", "", "x");
    BOOST_TEST((created.status() == rill::status::created));
    BOOST_TEST(text(created) == R"({"id":"42"})");
    for (const auto why : {rill::error::log_unavailable, rill::error::log_overloaded}) {
        log->outcome = tl::unexpected(make_error_code(why));
        const auto r = f.post("a", "", "x");
        BOOST_TEST((r.status() == rill::status::service_unavailable));
        BOOST_TEST(r.fields().get("Retry-After").value_or("") == "1");
    }
    log->answers = false;
    const auto unknown = f.post("a", "", "x");
    BOOST_TEST((unknown.status() == rill::status::gateway_timeout));
    BOOST_TEST(text(unknown).find("Idempotency-Key") != std::string::npos);
    BOOST_TEST(!unknown.fields().get("Retry-After").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
