#include <rill/redis/url.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/redis/error.hpp>

using rill::redis::parse_url;

BOOST_AUTO_TEST_SUITE(redis_url_test)

BOOST_AUTO_TEST_CASE(a_server)
{
    const auto plain = parse_url("redis://example.org").value();
    BOOST_TEST(plain.server.host == "example.org");
    BOOST_TEST(plain.server.port == 6379);
    BOOST_TEST(plain.key == "rill");
    const auto all = parse_url("redis://us%65r:p%40ss:word@127.0.0.1:7000/3?key=a%20b&max_events=5&max_age=60&"
                               "min_replicas=1")
                         .value();
    BOOST_TEST(all.username == "user");
    BOOST_TEST(all.password == "p@ss:word");
    BOOST_TEST(all.server.host == "127.0.0.1");
    BOOST_TEST(all.server.port == 7000);
    BOOST_TEST(all.database == 3U);
    BOOST_TEST(all.key == "a b");
    BOOST_TEST(all.retention.max_events == 5U);
    BOOST_TEST((all.retention.max_age == std::chrono::seconds(60)));
    BOOST_TEST(all.min_replicas == 1U);
    BOOST_TEST(parse_url("redis://:pass@h").value().password == "pass");
    BOOST_TEST(parse_url("redis://[::1]:7000").value().server.host == "::1");
    BOOST_TEST(parse_url("redis://[::1]").value().server.port == 6379);
}

BOOST_AUTO_TEST_CASE(a_unix_socket)
{
    for (const auto* text : {"unix:///run/redis.sock?db=2", "redis+unix:///run/redis.sock?database=2"}) {
        const auto options = parse_url(text).value();
        BOOST_TEST(options.unix_socket == "/run/redis.sock");
        BOOST_TEST(options.database == 2U);
    }
    const auto with = parse_url("unix://u:p@/run/redis.sock").value();
    BOOST_TEST(with.username == "u");
    BOOST_TEST(with.password == "p");
}

BOOST_AUTO_TEST_CASE(sentinels)
{
    const auto options =
        parse_url("redis+sentinel://u:p@a:1,b,[::1]/main/4?sentinel_user=s&sentinel_password=t").value();
    BOOST_REQUIRE(options.sentinel.addresses.size() == 3);
    BOOST_TEST((options.sentinel.addresses[0] == rill::redis::address{"a", 1}));
    BOOST_TEST((options.sentinel.addresses[1] == rill::redis::address{"b", 26379}));
    BOOST_TEST((options.sentinel.addresses[2] == rill::redis::address{"::1", 26379}));
    BOOST_TEST(options.sentinel.master_name == "main");
    BOOST_TEST(options.sentinel.username == "s");
    BOOST_TEST(options.sentinel.password == "t");
    BOOST_TEST(options.database == 4U);
    BOOST_TEST(options.password == "p");
}

BOOST_AUTO_TEST_CASE(an_error_names_the_wrong_part)
{
    const auto wrong = [](std::string_view text, std::string_view part) {
        const auto parsed = parse_url(text);
        BOOST_REQUIRE_MESSAGE(!parsed, text);
        BOOST_TEST((parsed.error().code == rill::redis::errc::invalid_url));
        BOOST_TEST(parsed.error().message().find(part) != std::string::npos, parsed.error().message());
        BOOST_TEST(parsed.error().message().find("secret") == std::string::npos, parsed.error().message());
    };
    wrong("", "scheme");
    wrong("http://h", "scheme \"http\"");
    wrong("rediss://:secret@h", "TLS");
    wrong("redis://", "host");
    wrong("redis://h:0", "port");
    wrong("redis://h:70000", "port");
    wrong("redis://h:x", "port");
    wrong("redis://[::1", "]");
    wrong("redis://secret@h", "user information");
    wrong("redis://u:secret%zz@h", "password");
    wrong("redis://u:@h", "password");
    wrong("redis://h/x", "database");
    wrong("redis://h?max_age=-1", "max_age");
    wrong("redis://h?max_events=many", "max_events");
    wrong("redis://h?key=", "key");
    wrong("redis://h?color=red", "unknown parameter");
    wrong("unix://relative", "absolute");
    wrong("unix://", "absolute");
    wrong("redis+sentinel://a", "master name");
    wrong("redis+sentinel://u:secret@/main", "host");
    wrong("redis://u:secret", "port");
    wrong("redis://u:p/secret@h", "port");
    wrong("redis://u:1?secret@h", "unknown parameter");
}

BOOST_AUTO_TEST_SUITE_END()
