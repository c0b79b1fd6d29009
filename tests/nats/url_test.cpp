#include <rill/nats/url.hpp>

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(nats_url_test)

using rill::nats::parse_url;

BOOST_AUTO_TEST_CASE(reads_all_parts)
{
    const auto read =
        parse_url("nats://us%40er:p%3Aw%2F@h1:4223,[::1]:4224,h3/CHAT?prefix=a.b&replicas=3&storage=memory&create=false"
                  "&max_events=5&max_bytes=6&max_age=70&duplicate_window=80");
    BOOST_REQUIRE_MESSAGE(read.has_value(), (read ? std::string() : read.error().message()));
    BOOST_TEST((read->servers == std::vector<std::string>{"nats://h1:4223", "nats://[::1]:4224", "nats://h3"}));
    BOOST_TEST(read->username == "us@er");
    BOOST_TEST(read->password == "p:w/");
    BOOST_TEST(read->token.empty());
    BOOST_TEST(read->stream == "CHAT");
    BOOST_TEST(read->subject_prefix == "a.b");
    BOOST_TEST(read->replicas == 3U);
    BOOST_TEST((read->storage == rill::nats::storage::memory));
    BOOST_TEST(!read->create_stream);
    BOOST_TEST(read->retention.max_events == 5U);
    BOOST_TEST(read->retention.max_bytes == 6U);
    BOOST_TEST((read->retention.max_age == std::chrono::seconds(70)));
    BOOST_TEST((read->duplicate_window == std::chrono::seconds(80)));
}

BOOST_AUTO_TEST_CASE(keeps_the_defaults)
{
    const auto read = parse_url("nats://localhost");
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->stream == rill::nats::backplane_options().stream);
    BOOST_TEST((read->servers == std::vector<std::string>{"nats://localhost"}));
    BOOST_TEST(read->username.empty());
    BOOST_TEST(parse_url("nats://secret@h/?credentials=%2Fetc%2Fc")->token == "secret");
    BOOST_TEST(parse_url("nats://h/?credentials=%2Fetc%2Fc")->credentials_file == "/etc/c");
}

BOOST_AUTO_TEST_CASE(names_the_wrong_part_but_not_the_password)
{
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "nats://"},
        {"redis://h", "nats://"},
        {"nats://", "no host"},
        {"nats:///S", "no host"},
        {"nats://user:secret@", "no host"},
        {"nats://user:secret@h:0/S", "\"h:0\""},
        {"nats://user:secret@h:x", "\"h:x\""},
        {"nats://user:secret@h:70000", "\"h:70000\""},
        {"nats://user:secret@h1,,h2", "\"\""},
        {"nats://user:secret@[::1", "\"[::1\""},
        {"nats://:secret@h", "user"},
        {"nats://u%4:secret@h", "user"},
        {"nats://user:secret@h?replicas=x", "replicas"},
        {"nats://user:secret@h?storage=disk", "storage"},
        {"nats://user:secret@h?create=1", "create"},
        {"nats://user:secret@h?max_age=-1", "max_age"},
        {"nats://user:secret@h?prefix=%4", "prefix"},
        {"nats://user:secret@h?color=red", "\"color\""},
    };
    for (const auto& [text, expected] : table) {
        const auto read = parse_url(text);
        BOOST_REQUIRE_MESSAGE(!read.has_value(), text);
        const auto message = read.error().message();
        BOOST_TEST(message.find(expected) != std::string::npos, text << ": " << message);
        BOOST_TEST(message.find("secret") == std::string::npos);
        BOOST_TEST((read.error().code == std::errc::invalid_argument));
    }
}

BOOST_AUTO_TEST_SUITE_END()
