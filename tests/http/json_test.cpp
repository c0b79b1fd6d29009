#include <rill/http/json.hpp>

#include "../support/run.hpp"

#include <boost/describe/class.hpp>
#include <map>
#include <rill/http/make_handler.hpp>
#include <stdexcept>

namespace shop {

struct order
{
    std::string article;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(order, (), (article, count))

struct even
{
    std::int64_t number = 0;
};

even tag_invoke(boost::json::value_to_tag<even>, const boost::json::value& v)
{
    const auto number = v.to_number<std::int64_t>();
    if (number % 2 != 0) {
        throw std::invalid_argument("secret reason");
    }
    return {number};
}

} // namespace shop

BOOST_AUTO_TEST_SUITE(json_suite)

namespace {

using rill::request;
using rill::status;

request with_body(std::string body, std::string_view type = "application/json")
{
    request req(rill::verb::post, "/");
    if (!type.empty()) {
        BOOST_REQUIRE(req.fields().set("Content-Type", type).has_value());
    }
    req.body(std::move(body));
    return req;
}

template <class T>
status outcome(request req)
{
    const auto taken = rill::extractor<rill::json<T>>::extract(req);
    return taken ? status::ok : taken.error().status;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_described_struct_from_the_body)
{
    const auto handle =
        rill::make_handler([](rill::json<shop::order> o) { return o->article + std::to_string(o->count); });
    auto req = with_body(R"({"article": "pen", "count": 3})");
    BOOST_TEST(rill_test::text(rill_test::run(handle, req)) == "pen3");
}

BOOST_AUTO_TEST_CASE(content_types)
{
    for (const auto* type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                             "application/json ;x=y", "application/problem+json", "application/vnd.api+JSON"})
    {
        BOOST_TEST_CONTEXT(type)
        {
            BOOST_TEST((outcome<int>(with_body("1", type)) == status::ok));
        }
    }
    for (const auto* type :
         {"", "text/plain", "application/jsonx", "text/json2", "+json", "application/x-www-form-urlencoded"})
    {
        BOOST_TEST_CONTEXT(type)
        {
            BOOST_TEST((outcome<int>(with_body("1", type)) == status::unsupported_media_type));
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_bodies)
{
    for (const auto* body : {"", "{", "nope", "{'a':1}", "1 2", "[1,]", "\"\xff\""}) {
        BOOST_TEST_CONTEXT(body)
        {
            BOOST_TEST((outcome<int>(with_body(body)) == status::bad_request));
        }
    }
    BOOST_TEST((outcome<int>(with_body(std::string(100000, '['))) == status::bad_request));
}

BOOST_AUTO_TEST_CASE(other_shapes)
{
    for (const auto* body : {"1", "[]", "{}", R"({"article": "pen"})", R"({"article": 1, "count": 1})",
                             R"({"article": "pen", "count": 1.5})", R"({"article": "pen", "count": 99999999999})"})
    {
        BOOST_TEST_CONTEXT(body)
        {
            BOOST_TEST((outcome<shop::order>(with_body(body)) == status::unprocessable_entity));
        }
    }
    BOOST_TEST((outcome<std::vector<int>>(with_body("[1, \"2\"]")) == status::unprocessable_entity));
    BOOST_TEST((outcome<std::vector<int>>(with_body("[1, 2]")) == status::ok));
}

BOOST_AUTO_TEST_CASE(a_conversion_that_throws)
{
    BOOST_TEST((outcome<shop::even>(with_body("4")) == status::ok));
    auto req = with_body("5");
    const auto taken = rill::extractor<rill::json<shop::even>>::extract(req);
    BOOST_REQUIRE(!taken.has_value());
    BOOST_TEST((taken.error().status == status::unprocessable_entity));
    BOOST_TEST(taken.error().detail.find("secret") == std::string::npos);
    BOOST_TEST((outcome<std::vector<shop::even>>(with_body("[4, 5]")) == status::unprocessable_entity));
}

BOOST_AUTO_TEST_CASE(values_to_json)
{
    BOOST_TEST(rill::to_json(shop::order{"a\"b\n", 2}) == R"({"article":"a\"b\n","count":2})");
    BOOST_TEST(rill::to_json(std::map<std::string, std::vector<int>>{{"x", {1, 2}}}) == R"({"x":[1,2]})");
    const auto r = rill::json_response(shop::order{"pen", 1}, status::created);
    BOOST_TEST((r.status() == status::created));
    BOOST_TEST(rill_test::header(r, "Content-Type") == "application/json");
    BOOST_TEST(rill_test::text(r) == R"({"article":"pen","count":1})");
}

BOOST_AUTO_TEST_SUITE_END()
