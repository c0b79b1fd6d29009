#include <boost/test/unit_test.hpp>
#include <harness/client/request_text.hpp>

BOOST_AUTO_TEST_SUITE(request_text_test)

BOOST_AUTO_TEST_CASE(a_request_has_its_topic_its_headers_and_the_last_id)
{
    bench::load_plan plan;
    plan.to.path = "/topics/{topic}?ms=5";
    plan.to.host = "localhost:80";
    plan.topics = 10;
    const auto plain = bench::request_text(plan, 3, std::nullopt);
    BOOST_TEST(plain == "GET /topics/3?ms=5 HTTP/1.1\r\nHost: localhost:80\r\nAccept: text/event-stream\r\n\r\n");
    plan.headers = {"A: b"};
    const auto resumed = bench::request_text(plan, 3, 7);
    BOOST_TEST(resumed.ends_with("\r\nA: b\r\nLast-Event-ID: 7\r\n\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
