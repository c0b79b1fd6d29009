#include "nats/subject.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(nats_subject_test)

namespace {

using rill::nats::subject_map;
using rill::pubsub::topic_pattern;

const subject_map subjects("app.events");

// A topic of random segments, with the characters that have a meaning in a subject, and with other UTF-8.
std::string random_topic(std::mt19937& random)
{
    static const std::vector<std::string> parts{"a",  "B",   ".", ">", "%",        " ",           "/",
                                                "//", "%2E", "$", "-", "\xc3\xa9", "\xe2\x82\xac"};
    std::string topic;
    do {
        for (auto left = random() % 8 + 1; left != 0; --left) {
            topic += parts[random() % parts.size()];
        }
    } while (!rill::pubsub::is_topic(topic));
    return topic;
}

// Whether a subject matches a filter, as NATS defines it.
bool matches(std::string_view filter, std::string_view subject)
{
    const auto take = [](std::string_view& text) {
        const auto end = text.find('.');
        const auto token = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        return token;
    };
    while (!filter.empty() && !subject.empty()) {
        const auto wanted = take(filter);
        if (wanted == ">") {
            return true;
        }
        if (const auto given = take(subject); wanted != "*" && wanted != given) {
            return false;
        }
    }
    return filter.empty() && subject.empty();
}

bool is_subject(std::string_view text)
{
    return text.find("..") == text.npos && text.front() != '.' && text.back() != '.' &&
           text.find_first_of(" *>\t\r\n\f") == text.npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(maps_topics_to_subjects_and_back)
{
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "app.events"},
        {"news", "app.events.news"},
        {"news/sport", "app.events.news.sport"},
        {"a.b", "app.events.a%2Eb"},
        {"a b>c%", "app.events.a%20b%3Ec%25"},
        {"/", "app.events.%.%"},
        {"a//b/", "app.events.a.%.b.%"},
        {"\xc3\xa9", "app.events.\xc3\xa9"},
    };
    for (const auto& [topic, subject] : table) {
        BOOST_TEST(subjects.subject(topic) == subject);
        BOOST_TEST(subjects.topic(subject).value_or("none") == topic);
    }
}

BOOST_AUTO_TEST_CASE(maps_random_topics_one_to_one)
{
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        const auto topic = random_topic(random);
        const auto subject = subjects.subject(topic);
        BOOST_REQUIRE_MESSAGE(is_subject(subject), subject);
        BOOST_REQUIRE_MESSAGE(subjects.topic(subject) == topic, topic);
    }
}

BOOST_AUTO_TEST_CASE(refuses_subjects_that_no_topic_has)
{
    for (const auto* subject :
         {"", "app", "app.other", "app.eventsx", "app.events.", "app.events.%41", "app.events.%2e", "app.events.a%",
          "app.events.%2A", "app.events.\xff", "app.events.a%0A"})
    {
        BOOST_TEST(!subjects.topic(subject), subject);
    }
}

BOOST_AUTO_TEST_CASE(a_filter_matches_all_topics_of_its_pattern)
{
    std::mt19937 random(8);
    for (const auto* text : {"a", "a/*", "*/a", "a/**", "*/**", "a.b/*", "a//**", "/*", "%"}) {
        const auto pattern = topic_pattern::parse(text).value();
        const auto filter = subjects.filter({pattern});
        BOOST_TEST(filter.starts_with("app.events."));
        for (int i = 0; i < 5'000; ++i) {
            const auto topic = random_topic(random);
            BOOST_REQUIRE_MESSAGE(matches(filter, subjects.subject(topic)) == pattern.matches(topic),
                                  topic << ' ' << text);
        }
    }
    const auto a = topic_pattern::parse("a").value();
    BOOST_TEST(subjects.filter({a, a}).empty());
    BOOST_TEST(subjects.filter({topic_pattern::parse("**").value()}).empty());
    BOOST_TEST(subjects.filter({topic_pattern::parse("*").value()}).empty());
    BOOST_TEST(subjects.filter({}).empty());
}

BOOST_AUTO_TEST_CASE(checks_prefixes)
{
    for (const auto* text : {"a", "a.b-C_9"}) {
        BOOST_TEST(rill::nats::is_subject_prefix(text));
    }
    for (const auto* text : {"", ".", "a.", ".a", "a..b", "a b", "a.*", ">", "\xc3\xa9"}) {
        BOOST_TEST(!rill::nats::is_subject_prefix(text));
    }
}

BOOST_AUTO_TEST_CASE(encodes_header_values)
{
    const std::string text = "a b\r\n%\t\x7f\xc3\xa9 ";
    BOOST_TEST(rill::nats::encode_header(text) == "a%20b%0D%0A%25%09%7F\xc3\xa9%20");
    BOOST_TEST(rill::nats::decode_header(rill::nats::encode_header(text)).value() == text);
    BOOST_TEST(!rill::nats::decode_header("%4"));
}

BOOST_AUTO_TEST_SUITE_END()
