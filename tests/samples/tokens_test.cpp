#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>
#include <tokens/app.hpp>
#include <tokens/babbler.hpp>

#include "support/client.hpp"
#include "support/running_server.hpp"

namespace tokens_test {

namespace {

constexpr auto json_type = "Content-Type: application/json\r\n";

/// Collects the reports of the generations.
class report
{
public:
    void operator()(const std::string& line)
    {
        const std::lock_guard lock(mutex_);
        lines_.push_back(line);
        changed_.notify_all();
    }

    /// Returns the next line, or "(nothing)" after a timeout.
    std::string next()
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, rill_test::client::patience, [this] { return !lines_.empty(); })) {
            return "(nothing)";
        }
        auto line = lines_.front();
        lines_.erase(lines_.begin());
        return line;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> lines_;
};

/// After a stop of the server, a response to a POST may continue for the drain timeout.
rill::server_options short_drain()
{
    rill::server_options options;
    options.drain_timeout = std::chrono::milliseconds(100);
    return options;
}

struct fixture
{
    report ended;
    rill_test::running_server server{
        tokens::app({.period = std::chrono::milliseconds(2), .log = [this](const std::string& line) { ended(line); }}),
        short_drain()};
    rill_test::client client{server.port()};

    int status_of(std::string_view body, std::string_view fields = json_type)
    {
        return rill_test::client(server.port()).request("POST", "/v1/generate", fields, body).status();
    }
};

} // namespace

} // namespace tokens_test

BOOST_FIXTURE_TEST_SUITE(tokens_test, tokens_test::fixture)

BOOST_AUTO_TEST_CASE(a_full_run_ends_with_done)
{
    client.request("POST", "/v1/generate", json_type, R"({"prompt":"To be or not to be","words":5})");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.header("content-type") == "text/event-stream");
    const auto events = client.events(100);
    BOOST_REQUIRE(events.size() == 6U);
    for (std::size_t i = 0; i < 5; ++i) {
        BOOST_TEST(events[i].data.starts_with(R"({"token":")"));
    }
    BOOST_TEST(events[5].data == "[DONE]");
    const auto line = ended.next();
    BOOST_TEST(line.ends_with(" stopped after 5 of 5 words: finished"), line);
}

BOOST_AUTO_TEST_CASE(the_generation_stops_when_the_client_disconnects)
{
    client.request("POST", "/v1/generate", json_type, R"({"prompt":"Go on","words":2000})");
    BOOST_TEST(client.events(3).size() == 3U);
    client.hang_up();
    const auto line = ended.next();
    BOOST_TEST(line.ends_with(" of 2000 words: client left"), line);
    BOOST_TEST(line.find(" after 2000 of ") == line.npos, line);
}

BOOST_AUTO_TEST_CASE(a_generation_that_exceeds_the_drain_timeout_stops)
{
    client.request("POST", "/v1/generate", json_type, R"({"prompt":"Go on","words":2000})");
    BOOST_TEST(client.events(1).size() == 1U);
    server.begin_stop();
    const auto line = ended.next();
    BOOST_TEST(line.ends_with(" of 2000 words: drained"), line);
}

BOOST_AUTO_TEST_CASE(bad_requests_are_answered_before_anything_is_generated)
{
    BOOST_TEST(status_of(R"({"prompt":"a"})", "Content-Type: text/plain\r\n") == 415);
    BOOST_TEST(status_of(R"({"prompt":)") == 400);
    BOOST_TEST(status_of(R"([1])") == 422);
    BOOST_TEST(status_of(R"({"words":5})") == 422);
    BOOST_TEST(status_of(R"({"prompt":5})") == 422);
    BOOST_TEST(status_of(R"({"prompt":"a","words":"many"})") == 422);
    BOOST_TEST(status_of(R"({"prompt":"a","words":0})") == 422);
    BOOST_TEST(status_of(R"({"prompt":"a","words":2001})") == 422);
    client.request("POST", "/v1/generate", json_type, R"({"prompt":"a","words":2001})");
    BOOST_TEST(client.body().find("/words: must be a number from 1 to 2000") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(has_a_page)
{
    client.get("/");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.header("content-type") == "text/html; charset=utf-8");
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
