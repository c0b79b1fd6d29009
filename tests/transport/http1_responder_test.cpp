// The bytes of responses that are not streams. The tests of the request phase cover their deadlines and limits.

#include "transport/http1_responder.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/mman.h>

#include "transport/http1_connection.hpp"
#include "transport/stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(http1_responder_test)

namespace {

std::string receive_all(rill::handler app, std::string_view request)
{
    stage s(std::move(app));
    loopback pair;
    s.accept(pair);
    pair.client_sends(request);
    ::shutdown(pair.client, SHUT_WR);
    return s.run_until_end(pair).text;
}

rill::handler answers_with(std::string text)
{
    return [text](rill::request&) -> rill::awaitable<rill::response> { co_return rill::response::text(text); };
}

} // namespace

BOOST_AUTO_TEST_CASE(head_and_body_arrive_in_one_piece)
{
    const auto all = receive_all(answers_with("the body"), get("/"));
    BOOST_TEST(all.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(all.ends_with("\r\n\r\nthe body"));
}

BOOST_AUTO_TEST_CASE(the_response_to_head_has_no_body)
{
    const auto all = receive_all(answers_with("the body"), "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(count_of(all, "Content-Length: 8\r\n") == 1U);
    BOOST_TEST(all.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_large_body_arrives_completely)
{
    const auto all = receive_all(answers_with(much()), get("/", "Connection: close\r\n"));
    BOOST_TEST((all.size() > much().size() && all.ends_with("\r\n\r\n" + much())));
}

BOOST_AUTO_TEST_CASE(a_file_is_sent_from_its_offset)
{
    const auto file = [](rill::request&) -> rill::awaitable<rill::response> {
        rill::file_body part{.file = rill::file_handle(::memfd_create("file", MFD_CLOEXEC)), .offset = 2, .length = 3};
        BOOST_REQUIRE(::write(part.file.get(), "0123456789", 10) == 10);
        rill::response answer;
        answer.set_body(std::move(part));
        co_return answer;
    };
    const auto all = receive_all(file, get("/"));
    BOOST_TEST(count_of(all, "Content-Length: 3\r\n") == 1U);
    BOOST_TEST(all.ends_with("\r\n\r\n234"));
}

// A browser hides a response without CORS fields from scripts. An error response therefore needs them too.
BOOST_AUTO_TEST_CASE(a_failure_response_has_the_answer_fields_of_the_request)
{
    rill::request r(rill::verb::get, "/");
    BOOST_REQUIRE(r.answer_fields().add("Vary", "Origin").has_value());
    const auto answer =
        rill::transport::failure_response(r, {.status = rill::status::internal_server_error, .detail = "why"});
    BOOST_TEST((answer.status() == rill::status::internal_server_error));
    BOOST_TEST(answer.fields().get("Vary").value_or("") == "Origin");
}

BOOST_AUTO_TEST_SUITE_END()
