#include <rill/http/accept.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(accept_suite)

namespace {

bool wants(std::initializer_list<std::string_view> lines)
{
    rill::request r(rill::verb::get, "/");
    for (const auto line : lines) {
        BOOST_REQUIRE(r.fields().add("Accept", line));
    }
    return rill::wants_event_stream(r);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_client_that_wants_an_event_stream_names_it)
{
    BOOST_TEST(wants({"text/event-stream"})); // EventSource
    BOOST_TEST(wants({"text/event-stream, */*"}));
    BOOST_TEST(wants({"application/json, text/event-stream"})); // the client accepts both
    BOOST_TEST(wants({"text/html", "text/event-stream"}));      // two lines
    BOOST_TEST(!wants({}));
    BOOST_TEST(!wants({""}));
    BOOST_TEST(!wants({"*/*"})); // curl, fetch()
    BOOST_TEST(!wants({"text/*"}));
    BOOST_TEST(!wants({"application/json"}));
    BOOST_TEST(!wants({"text/html, */*"}));
    BOOST_TEST(!wants({"text/event-stream-not, x-text/event-stream"}));
}

BOOST_AUTO_TEST_CASE(case_space_and_parameters_do_not_matter)
{
    BOOST_TEST(wants({"Text/Event-Stream"}));
    BOOST_TEST(wants({"  text/event-stream\t;charset=utf-8 , , */*"}));
    BOOST_TEST(wants({"text/event-stream;charset=\"a;q=0,b\\\";q=0\""}));
    rill::request r(rill::verb::get, "/");
    BOOST_REQUIRE(r.fields().set("aCCEPT", "text/event-stream"));
    BOOST_TEST(rill::wants_event_stream(r));
}

BOOST_AUTO_TEST_CASE(weights_are_compared)
{
    BOOST_TEST(!wants({"text/event-stream;q=0"}));
    BOOST_TEST(!wants({"text/event-stream; Q=0.000, */*"}));
    BOOST_TEST(!wants({"text/event-stream;charset=utf-8;q=0"}));
    BOOST_TEST(wants({"text/event-stream;q=0.001"}));
    BOOST_TEST(wants({"text/event-stream;q=1.000"}));
    BOOST_TEST(!wants({"application/json, text/event-stream;q=0.5"}));
    BOOST_TEST(!wants({"application/json;q=0.501", "text/event-stream;q=0.5"}));
    BOOST_TEST(wants({"application/json;q=0.5, text/event-stream;q=0.5"}));
    BOOST_TEST(wants({"application/json;q=0.9, text/event-stream"}));
    BOOST_TEST(wants({"*/*, text/event-stream;q=0.5"})); // the weight of a wildcard is not compared
    BOOST_TEST(wants({"text/event-stream;q=0, text/event-stream"}));
}

BOOST_AUTO_TEST_CASE(a_range_with_a_malformed_weight_does_not_count)
{
    for (const std::string weight : {"", "x", "2", "1.001", "0.5555", "01", "0,5", "-1", "0.-1", ".5", "1 0", "\"1\""})
    {
        BOOST_TEST_CONTEXT(weight)
        {
            BOOST_TEST(!wants({"text/event-stream;q=" + weight}));
            BOOST_TEST(wants({"application/json;q=" + weight + ", text/event-stream;q=0.1"}));
        }
    }
    BOOST_TEST(wants({"text/event-stream;q"}));    // a parameter without a value is not a weight
    BOOST_TEST(wants({"text/event-stream;q=1."})); // a qvalue may end with "."
}

BOOST_AUTO_TEST_CASE(malformed_lists_of_media_ranges)
{
    for (const std::string_view line :
         {"\"", ";", ";;", ",", ";q=1", "\"text/event-stream", "text/event-stream\"", "\"\\"})
    {
        BOOST_TEST(!wants({line}));
    }
    BOOST_TEST(wants({"text/event-stream;x=\"never closed, a/b"}));
}

BOOST_AUTO_TEST_SUITE_END()
