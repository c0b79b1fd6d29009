#include <boost/test/unit_test.hpp>
#include <rill/testing.hpp>
#include <tokens/app.hpp>
#include <tokens/babbler.hpp>

namespace tokens_test {

namespace {

namespace testing = rill::testing;
using namespace std::chrono_literals;

const testing::fields json_type{{"Content-Type", "application/json"}};

struct fixture
{
    std::vector<std::string> ended; ///< the reports of the generations
    testing::server server{
        tokens::app({.period = 20ms, .log = [this](const std::string& line) { ended.push_back(line); }})};

    testing::stream generate(std::string_view body) { return server.open("POST", "/v1/generate", body, json_type); }

    int status_of(std::string_view body, const testing::fields& fields = json_type)
    {
        return server.post("/v1/generate", body, fields).status;
    }
};

} // namespace

} // namespace tokens_test

BOOST_FIXTURE_TEST_SUITE(tokens_test, tokens_test::fixture)

BOOST_AUTO_TEST_CASE(a_full_run_ends_with_done)
{
    auto client = generate(R"({"prompt":"To be or not to be","words":5})");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.head().header("content-type") == "text/event-stream");
    const auto events = client.rest();
    BOOST_REQUIRE(events.size() == 6U);
    for (std::size_t i = 0; i < 5; ++i) {
        BOOST_TEST(events[i].data.starts_with(R"({"token":")"));
    }
    BOOST_TEST(events[5].data == "[DONE]");
    BOOST_REQUIRE(ended.size() == 1U);
    BOOST_TEST(ended[0].ends_with(" stopped after 5 of 5 words: finished"), ended[0]);
}

BOOST_AUTO_TEST_CASE(the_generation_stops_when_the_client_disconnects)
{
    auto client = generate(R"({"prompt":"Go on","words":2000})");
    client.next(3);
    client.disconnect();
    BOOST_REQUIRE(ended.size() == 1U);
    BOOST_TEST(ended[0].ends_with(" after 3 of 2000 words: client left"), ended[0]);
}

// After a stop of the server, a response to a POST may continue for the drain timeout.
BOOST_AUTO_TEST_CASE(a_generation_that_exceeds_the_drain_timeout_stops)
{
    auto client = generate(R"({"prompt":"Go on","words":2000})");
    client.next();
    server.shut_down();
    BOOST_REQUIRE(ended.size() == 1U);
    BOOST_TEST(ended[0].ends_with(" of 2000 words: drained"), ended[0]);
    BOOST_TEST((server.now() >= 10s));
}

BOOST_AUTO_TEST_CASE(bad_requests_are_answered_before_anything_is_generated)
{
    BOOST_TEST(status_of(R"({"prompt":"a"})", {{"Content-Type", "text/plain"}}) == 415);
    BOOST_TEST(status_of(R"({"prompt":)") == 400);
    BOOST_TEST(status_of(R"([1])") == 422);
    BOOST_TEST(status_of(R"({"words":5})") == 422);
    BOOST_TEST(status_of(R"({"prompt":5})") == 422);
    BOOST_TEST(status_of(R"({"prompt":"a","words":"many"})") == 422);
    BOOST_TEST(status_of(R"({"prompt":"a","words":0})") == 422);
    BOOST_TEST(status_of(R"({"prompt":"a","words":2001})") == 422);
    const auto answer = server.post("/v1/generate", R"({"prompt":"a","words":2001})", json_type);
    BOOST_TEST(answer.body.find("/words: must be a number from 1 to 2000") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(has_a_page)
{
    const auto page = server.get("/");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.header("content-type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(babbler_test)

namespace {

std::vector<std::string> words_of(std::string_view prompt)
{
    tokens::babbler babbler(prompt);
    std::vector<std::string> words(200);
    for (auto& word : words) {
        word = babbler.next();
    }
    return words;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_same_prompt_gives_the_same_words)
{
    BOOST_TEST(words_of("one two three") == words_of("one two three"), boost::test_tools::per_element());
    BOOST_CHECK(words_of("one two three") != words_of("one two four"));
}

BOOST_AUTO_TEST_CASE(continues_after_the_first_words)
{
    const auto words = words_of("xyzzy plugh end");
    BOOST_TEST(words[0] == "plugh");
    BOOST_TEST(words[1] == "end");
}

BOOST_AUTO_TEST_CASE(any_prompt_gives_words)
{
    for (const auto* prompt : {"", " \n\t", "word", "a a a a"}) {
        for (const auto& word : words_of(prompt)) {
            BOOST_TEST(!word.empty());
            BOOST_TEST(word.find_first_of(" \n\t") == word.npos);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
