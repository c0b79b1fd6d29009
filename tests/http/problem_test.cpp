#include <rill/http/problem.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(problem_suite)

namespace {

using rill::problem;
using rill::status;

boost::json::object members(const rill::response& r)
{
    return boost::json::parse(std::get<std::string>(r.body())).as_object();
}

} // namespace

BOOST_AUTO_TEST_CASE(is_answered_as_problem_json)
{
    const auto r =
        rill::to_response(problem{.status = status::not_found, .detail = "no \"such\" thing\n", .title = {}});
    BOOST_TEST((r.status() == status::not_found));
    BOOST_TEST((r.fields().get("Content-Type") == "application/problem+json"));
    const auto m = members(r);
    BOOST_TEST(m.at("type").as_string() == "about:blank");
    BOOST_TEST(m.at("title").as_string() == "Not Found");
    BOOST_TEST(m.at("status").as_int64() == 404);
    BOOST_TEST(m.at("detail").as_string() == "no \"such\" thing\n");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_replaced)
{
    const auto m = members(rill::to_response(status::bad_request, "no such file: \xff"));
    BOOST_TEST(m.at("detail").as_string() == "no such file: \xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(own_title_and_no_detail)
{
    const auto m = members(rill::to_response(problem{.status = status::conflict, .detail = {}, .title = "Taken"}));
    BOOST_TEST(m.at("title").as_string() == "Taken");
    BOOST_TEST(!m.contains("detail"));
    BOOST_TEST(members(rill::to_response(problem{})).at("status").as_int64() == 500);
}

BOOST_AUTO_TEST_CASE(from_a_status_and_a_detail)
{
    const auto r = rill::to_response(status::forbidden, "not yours");
    BOOST_TEST((r.status() == status::forbidden));
    BOOST_TEST(members(r).at("detail").as_string() == "not yours");
}

BOOST_AUTO_TEST_CASE(further_headers)
{
    const auto r = rill::to_response(
        {.status = status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}, {"Retry-After", "30"}}});
    BOOST_TEST((r.fields().get("WWW-Authenticate") == "Bearer"));
    BOOST_TEST((r.fields().get("Retry-After") == "30"));
    BOOST_TEST((r.fields().get("Content-Type") == "application/problem+json"));
    BOOST_TEST(rill::to_response({.headers = {{"X", "a\nb"}}}).has_bad_header());
}

BOOST_AUTO_TEST_SUITE_END()
