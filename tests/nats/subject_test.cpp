#include "nats/subject.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(nats_subject_test)

namespace {

using rill::nats::subject_map;

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
