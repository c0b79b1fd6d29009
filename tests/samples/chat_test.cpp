#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>
#include <chat/app.hpp>
#include <memory>
#include <rill/testing.hpp>

namespace chat_test {

namespace {

namespace testing = rill::testing;

const testing::fields json_type{{"Content-Type", "application/json"}};

/// A process of the sample.
struct node
{
    std::shared_ptr<chat::rooms> all;
    testing::server server;

    explicit node(const chat::options& options, std::shared_ptr<rill::pubsub::backplane> plane = nullptr)
        : all(std::make_shared<chat::rooms>(std::move(plane))), server(chat::app(all, options), with_background())
    {}

    testing::options with_background() const
    {
        testing::options o;
        o.server.background = {[all = all] { return all->run(); }};
        return o;
    }
};

struct fixture : node
{
    fixture() : node({.token = "sesame"}) {}

    testing::stream listen(const std::string& name, const testing::fields& fields = {},
                           const std::string& room = "lobby")
    {
        auto stream = server.open("/rooms/" + room + "/events?name=" + name, fields);
        BOOST_TEST(stream.status() == 200);
        return stream;
    }

    testing::response post(std::string_view body, const testing::fields& fields = json_type,
                           std::string_view target = "/rooms/lobby/messages")
    {
        return server.post(target, body, fields);
    }

    std::string say(std::string_view text, std::string_view key = "")
    {
        const auto answer =
            post(R"({"name":"curl","text":")" + std::string(text) + R"(","key":")" + std::string(key) + R"("})");
        BOOST_TEST(answer.status == 201);
        return boost::json::parse(answer.body).at("id").as_string().c_str();
    }
};

/// Returns the next event with this name.
testing::event next(testing::stream& stream, std::string_view name)
{
    for (;;) {
        auto event = stream.next();
        if (event.name == name) {
            return event;
        }
    }
}

std::string next_text(testing::stream& stream)
{
    return boost::json::parse(next(stream, "message").data).at("text").as_string().c_str();
}

/// Reads events until the list of names is this one.
void await_who(testing::stream& stream, std::string_view names)
{
    while (next(stream, "who").data != names) {
    }
}

} // namespace

} // namespace chat_test

BOOST_FIXTURE_TEST_SUITE(chat_test, chat_test::fixture)

BOOST_AUTO_TEST_CASE(a_message_reaches_all_in_the_room)
{
    auto ada = listen("ada");
    auto bob = listen("bob");
    auto elsewhere = listen("eve", {}, "other-room");
    const auto id = say("hello");
    for (auto* stream : {&ada, &bob}) {
        const auto event = next(*stream, "message");
        BOOST_TEST(event.id == id);
        const auto message = boost::json::parse(event.data);
        BOOST_TEST(message.at("name").as_string() == "curl");
        BOOST_TEST(message.at("text").as_string() == "hello");
        BOOST_TEST(message.at("at").as_int64() > 0);
    }
    BOOST_TEST(post(R"({"name":"curl","text":"here"})", json_type, "/rooms/other-room/messages").status == 201);
    BOOST_TEST(next_text(elsewhere) == "here");
}

BOOST_AUTO_TEST_CASE(sends_the_list_of_names)
{
    auto ada = listen("ada");
    await_who(ada, R"(["ada"])");
    {
        auto bob = listen("bob");
        await_who(bob, R"(["ada","bob"])");
        await_who(ada, R"(["ada","bob"])");
        BOOST_TEST(server.get("/rooms").body == R"([{"room":"lobby","people":2}])");
    }
    await_who(ada, R"(["ada"])");
}

BOOST_AUTO_TEST_CASE(a_client_without_a_name_is_not_in_the_list)
{
    auto silent = server.open("/rooms/lobby/events");
    auto ada = listen("ada");
    await_who(silent, R"(["ada"])");
}

BOOST_AUTO_TEST_CASE(a_new_client_gets_the_last_messages)
{
    for (int i = 1; i <= 60; ++i) {
        say(std::to_string(i));
    }
    auto late = listen("late");
    auto text = next_text(late);
    const auto first = std::stoi(text);
    BOOST_TEST(first == 11); // the names of the people are not a part of the history
    for (int i = first + 1; i <= 60; ++i) {
        BOOST_TEST(next_text(late) == std::to_string(i));
    }
}

BOOST_AUTO_TEST_CASE(resumes_without_loss_and_without_repetition)
{
    auto ada = listen("ada");
    say("one");
    const auto seen = next(ada, "message").id;
    ada.disconnect();
    say("two");
    say("three");
    auto again = listen("ada", {{"Last-Event-ID", seen}});
    say("four");
    BOOST_TEST(next_text(again) == "two");
    BOOST_TEST(next_text(again) == "three");
    BOOST_TEST(next_text(again) == "four");
}

BOOST_AUTO_TEST_CASE(arrivals_and_departures_cause_no_gap_and_displace_no_message)
{
    auto ada = listen("ada");
    say("one");
    const auto seen = next(ada, "message").id;
    ada.disconnect();
    for (int i = 0; i < 600; ++i) { // more than are held
        listen("visitor" + std::to_string(i));
    }
    say("two");
    auto again = listen("ada", {{"Last-Event-ID", seen}});
    for (auto event = again.next(); event.name != "message"; event = again.next()) {
        BOOST_TEST(event.name == "who");
    }
    auto late = listen("late");
    BOOST_TEST(next_text(late) == "one");
}

BOOST_AUTO_TEST_CASE(an_id_of_a_former_run_gets_a_gap)
{
    say("new");
    auto ada = listen("ada", {{"Last-Event-ID", "5"}});
    const auto gap = next(ada, "gap");
    BOOST_TEST(boost::json::parse(gap.data).at("requested").as_string() == "5");
    BOOST_TEST(next_text(ada) == "new");
}

BOOST_AUTO_TEST_CASE(a_message_that_is_sent_again_is_published_once)
{
    auto ada = listen("ada");
    const auto id = say("once", "k1");
    BOOST_TEST(say("once", "k1") == id);
    say("more", "k2");
    BOOST_TEST(next_text(ada) == "once");
    BOOST_TEST(next_text(ada) == "more");
    BOOST_TEST(post(R"({"name":"a","text":"x","key":"k1"})", json_type, "/rooms/other/messages").status == 201);
    BOOST_TEST(say("no key") != say("no key"));
}

BOOST_AUTO_TEST_CASE(programs_publish_with_a_token)
{
    auto ada = listen("ada");
    const auto body = R"({"name":"cron","text":"backup done"})";
    BOOST_TEST(post(body, {}, "/topics/rooms/lobby").status == 401);
    BOOST_TEST(post(body, {{"Authorization", "Bearer sesame"}}, "/topics/rooms/lobby").status == 201);
    BOOST_TEST(next_text(ada) == "backup done");
    node closed(chat::options{});
    BOOST_TEST(closed.server.post("/topics/rooms/lobby", body, {{"Authorization", "Bearer sesame"}}).status ==
               405); // only the page is there
}

BOOST_AUTO_TEST_CASE(the_list_of_names_does_not_change_the_last_event_id)
{
    auto ada = listen("ada");
    const auto id = say("one");
    BOOST_TEST(next(ada, "message").id == id);
    auto bob = listen("bob");
    const auto who = next(ada, "who");
    BOOST_TEST(who.id == id); // the id of the client; the event has none
    BOOST_TEST(!who.has_own_id);
}

// The servers have separate clocks. The test runs them in turn.
BOOST_AUTO_TEST_CASE(two_processes_with_one_log_show_the_same_rooms)
{
    const auto log = std::make_shared<rill::pubsub::memory_backplane>();
    node first({}, log);
    node second({}, log);
    auto ada = first.server.open("/rooms/lobby/events?name=ada");
    auto bob = second.server.open("/rooms/lobby/events?name=bob");
    BOOST_TEST(first.server.post("/rooms/lobby/messages", R"({"name":"ada","text":"hello"})", json_type).status == 201);
    BOOST_TEST(next_text(bob) == "hello");
    BOOST_TEST(next_text(ada) == "hello");
    const auto is_complete = [&] {
        first.server.advance(std::chrono::seconds(1));
        second.server.advance(std::chrono::seconds(1));
        return first.server.get("/rooms").body == R"([{"room":"lobby","people":2}])" &&
               second.server.get("/rooms").body == R"([{"room":"lobby","people":2}])";
    };
    int turns = 0;
    while (!is_complete() && turns < 20) {
        ++turns;
    }
    BOOST_TEST(turns < 20);
    await_who(ada, R"(["ada","bob"])");
    await_who(bob, R"(["ada","bob"])");
    first.server.shut_down();
    await_who(bob, R"(["bob"])");
}

/// A log that does not acknowledge.
class failing_log final : public rill::pubsub::backplane
{
public:
    explicit failing_log(rill::error_code why) : why_(why) {}

    rill::result<rill::pubsub::log_id> append(rill::pubsub::event_draft, const append_options&, appended) override
    {
        return tl::unexpected(why_);
    }
    void tail(reader& r, const tail_options&) override { r.on_begin({}); }
    void stop(reader&) override {}

private:
    rill::error_code why_;
};

BOOST_AUTO_TEST_CASE(a_message_that_the_log_does_not_acknowledge_gets_an_error)
{
    const std::pair<rill::error, int> cases[] = {
        {rill::error::log_unavailable, 503}, {rill::error::log_overloaded, 503}, {rill::error::outcome_unknown, 504}};
    for (const auto& [why, status] : cases) {
        node broken({}, std::make_shared<failing_log>(make_error_code(why)));
        const auto answer = broken.server.post("/rooms/lobby/messages", R"({"name":"a","text":"x"})", json_type);
        BOOST_TEST(answer.status == status);
    }
}

BOOST_AUTO_TEST_CASE(refuses_malformed_messages)
{
    const auto status_of = [&](std::string_view body, const testing::fields& fields = json_type,
                               std::string_view target = "/rooms/lobby/messages") {
        return post(body, fields, target).status;
    };
    BOOST_TEST(status_of(R"({"name":"a","text":"x"})", {{"Content-Type", "text/plain"}}) == 415);
    BOOST_TEST(status_of(R"({"name":"a",)") == 400);
    BOOST_TEST(status_of("[]") == 422);
    BOOST_TEST(status_of(R"({"text":"x"})") == 422);
    BOOST_TEST(status_of(R"({"name":"a"})") == 422);
    BOOST_TEST(status_of(R"({"name":"a","text":""})") == 422);
    BOOST_TEST(status_of(R"({"name":"","text":"x"})") == 422);
    BOOST_TEST(status_of(R"({"name":" a","text":"x"})") == 422);
    BOOST_TEST(status_of(R"({"name":"a\nb","text":"x"})") == 422);
    BOOST_TEST(status_of(R"({"name":")" + std::string(33, 'a') + R"(","text":"x"})") == 422);
    BOOST_TEST(status_of(R"({"name":"a","text":")" + std::string(3001, 'x') + R"("})") == 422);
    BOOST_TEST(post(R"({"name":"a","text":""})").body.find("/text: must be 1 to 3000 bytes") != std::string::npos);
    BOOST_TEST(status_of(R"({"name":"a","text":"x","key":5})") == 422);
    BOOST_TEST(status_of(R"({"name":"a","text":"x","key":")" + std::string(65, 'k') + R"("})") == 422);
    BOOST_TEST(status_of(R"({"name":"a","text":"x"})", json_type, "/rooms/Lobby/messages") == 400);
    BOOST_TEST(status_of(R"({"name":"a","text":"x"})", json_type, "/rooms/" + std::string(33, 'r') + "/messages") ==
               400);
    BOOST_TEST(server.get("/rooms/lobby/events?name=%20a").status == 400);
    BOOST_TEST(server.get("/rooms/lobby/events?name=%FF").status == 400);
    BOOST_TEST(status_of(R"({"name":"\u00e4\u00f6\u00fc","text":"multi\nline"})") == 201);
}

BOOST_AUTO_TEST_CASE(the_number_of_rooms_is_bounded)
{
    for (int n = 0; n < 1001; ++n) {
        const auto target = "/rooms/r" + std::to_string(n) + "/messages";
        BOOST_REQUIRE(post(R"({"name":"a","text":"x"})", json_type, target).status == (n < 1000 ? 201 : 503));
    }
}

BOOST_AUTO_TEST_CASE(the_streams_end_when_the_server_stops)
{
    auto ada = listen("ada");
    auto bob = listen("bob");
    server.shut_down();
    BOOST_TEST((server.close_reasons() == std::vector(2, rill::close_reason::drained)));
    BOOST_TEST(server.log_text() == "");
}

BOOST_AUTO_TEST_CASE(has_a_page)
{
    const auto page = server.get("/");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.header("content-type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()
