#include "nats/stream_info.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(nats_stream_info_test)

namespace {

using namespace rill::nats;

boost::json::object object(std::string_view text)
{
    return boost::json::parse(text).get_object();
}

} // namespace

BOOST_AUTO_TEST_CASE(reads_times)
{
    BOOST_TEST(parse_time("1970-01-01T00:00:01Z") == 1'000'000'000);
    BOOST_TEST(parse_time("2026-11-30T22:19:34.250642211Z") == 1'796'077'174'250'642'211);
    BOOST_TEST(parse_time("2026-11-30T22:19:34.25Z") == 1'796'077'174'250'000'000);
    for (const auto* text :
         {"", "0001-01-01T00:00:00Z", "2026-11-30", "2026-11-30T22:19:34", "2026-11-30T22:19:34+01:00"})
    {
        BOOST_TEST(parse_time(text) == 0, text);
    }
}

BOOST_AUTO_TEST_CASE(reads_the_state_of_a_stream)
{
    const auto info = read_stream_info(object(
        R"({"config":{"subjects":["p","p.>"],"retention":"limits","max_msgs_per_subject":-1},"created":"1970-01-01T00:00:02.5Z",)"
        R"("state":{"messages":3,"first_seq":4,"last_seq":9,"last_ts":"1970-01-01T00:00:03Z"}})"));
    BOOST_TEST(info.created == 2'500'000U);
    BOOST_TEST(info.first == 4U);
    BOOST_TEST(info.last == 9U);
    BOOST_TEST(info.last_time == 3'000'000'000);
    BOOST_TEST(!info.is_clustered);
    BOOST_TEST(why_unusable(info, "p").empty());
    BOOST_TEST(why_unusable(info, "q") == "the stream has no subject q");
}

BOOST_AUTO_TEST_CASE(an_empty_stream_begins_after_its_last_event)
{
    BOOST_TEST(read_stream_info(object(R"({"state":{"messages":0,"first_seq":0,"last_seq":0}})")).first == 1U);
    BOOST_TEST(read_stream_info(object(R"({"state":{"messages":0,"first_seq":8,"last_seq":7}})")).first == 8U);
}

BOOST_AUTO_TEST_CASE(refuses_streams_that_remove_events_early)
{
    stream_info info{.created = 1, .subjects = {"p", "p.>"}, .retention = "limits"};
    BOOST_TEST(why_unusable(info, "p").empty());
    info.retention = "workqueue";
    BOOST_TEST(why_unusable(info, "p").find("limits") != std::string::npos);
    info.retention = "limits";
    info.max_events_per_subject = 1;
    BOOST_TEST(why_unusable(info, "p").find("max_msgs_per_subject") != std::string::npos);
    info.max_events_per_subject = -1;
    info.created = 0;
    BOOST_TEST(!why_unusable(info, "p").empty());
}

BOOST_AUTO_TEST_CASE(writes_the_configuration)
{
    backplane_options options;
    options.stream = "S";
    options.replicas = 3;
    options.retention = {.max_events = 0, .max_bytes = 5, .max_age = std::chrono::seconds(60)};
    const auto config = object(make_stream_config(options, "p.q"));
    BOOST_TEST(config.at("name").as_string() == "S");
    BOOST_TEST(config.at("subjects").as_array().at(1).as_string() == "p.q.>");
    BOOST_TEST(config.at("num_replicas").as_int64() == 3);
    BOOST_TEST(config.at("storage").as_string() == "file");
    BOOST_TEST(config.at("max_msgs").as_int64() == -1);
    BOOST_TEST(config.at("max_bytes").as_int64() == 5);
    BOOST_TEST(config.at("max_age").as_int64() == 60'000'000'000);
    BOOST_TEST(config.at("duplicate_window").as_int64() == 60'000'000'000); // not longer than max_age
}

BOOST_AUTO_TEST_CASE(reads_number_fields)
{
    const auto o = object(R"({"a":7,"b":18446744073709551615,"c":"x"})");
    BOOST_TEST(number_field(o, "a") == 7U);
    BOOST_TEST(number_field(o, "b") == UINT64_MAX);
    BOOST_TEST(number_field(o, "c", 5) == 5U);
    BOOST_TEST(number_field(o, "d", 5) == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
