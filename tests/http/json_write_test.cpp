#include <rill/http/json.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <list>
#include <map>
#include <set>

namespace json_write_types {

enum class color
{
    red,
    green
};
BOOST_DESCRIBE_ENUM(color, red, green)

struct point
{
    double x = 0;
    float y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct named_point : point
{
    std::string name;
    std::optional<int> weight;
    color paint = color::green;
};
BOOST_DESCRIBE_STRUCT(named_point, (point), (name, weight, paint))

struct nickname
{
    std::string text;
};
std::string_view as_json(const nickname& n)
{
    return n.text;
}

struct pair_of_names
{
    nickname first;
    nickname second;
};
std::array<nickname, 2> as_json(const pair_of_names& names)
{
    return {names.first, names.second};
}

struct tagged
{};
void tag_invoke(boost::json::value_from_tag, boost::json::value& v, const tagged&)
{
    v = {1, std::numeric_limits<double>::infinity(), "\xff"};
}

} // namespace json_write_types

BOOST_AUTO_TEST_SUITE(json_write_suite)

namespace {

using namespace json_write_types;
using rill::to_json;

const std::string replacement = "\xEF\xBF\xBD";

} // namespace

BOOST_AUTO_TEST_CASE(numbers)
{
    BOOST_TEST(to_json(true) == "true");
    BOOST_TEST(to_json(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    BOOST_TEST(to_json(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    BOOST_TEST(to_json(std::int8_t{-128}) == "-128");
    BOOST_TEST(to_json(std::uint8_t{65}) == "65");
    BOOST_TEST(to_json(0.1) == "0.1");
    BOOST_TEST(to_json(0.1F) == "0.1");
    BOOST_TEST(to_json(2.0) == "2");
    BOOST_TEST(to_json(-0.0) == "-0");
    BOOST_TEST((to_json(rill::bounded<int, 1, 9>{7}) == "7"));
    for (const double number : {1e300, 1e-300, 1.7976931348623157e308, 5e-324, 123456789.123, 9007199254740993.0}) {
        BOOST_TEST(rill::from_json<double>(boost::json::parse(to_json(number))).value() == number);
    }
}

BOOST_AUTO_TEST_CASE(infinity_and_nan_become_null)
{
    using limits = std::numeric_limits<double>;
    for (const double number : {limits::infinity(), -limits::infinity(), limits::quiet_NaN()}) {
        BOOST_TEST(to_json(number) == "null");
        BOOST_TEST(to_json(static_cast<float>(number)) == "null");
        BOOST_TEST(to_json(boost::json::value(number)) == "null");
        BOOST_TEST(to_json(point{number, 1}) == R"({"x":null,"y":1})");
        BOOST_TEST(to_json(boost::json::value{{"a", {number}}}) == R"({"a":[null]})");
    }
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_replaced)
{
    for (const std::string bad : {"\xff", "\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80"}) {
        std::string good;
        for (std::size_t i = 0; i < bad.size(); ++i) {
            good += replacement;
        }
        BOOST_TEST(to_json(bad + "x") == '"' + good + "x\"");
        BOOST_TEST(to_json(boost::json::value(bad)) == '"' + good + '"');
        BOOST_TEST(to_json(boost::json::object{{bad, bad}}) == "{\"" + good + "\":\"" + good + "\"}");
        BOOST_TEST((to_json(std::map<std::string, int>{{bad, 1}}) == "{\"" + good + "\":1}"));
    }
}

BOOST_AUTO_TEST_CASE(text)
{
    BOOST_TEST(to_json("literal") == R"("literal")");
    BOOST_TEST(to_json(std::string_view("a\0\"\\\n", 5)) == R"("a\u0000\"\\\n")");
    BOOST_TEST(to_json(std::string("\xC3\xA4\xF0\x9F\x98\x80")) == "\"\xC3\xA4\xF0\x9F\x98\x80\"");
    BOOST_TEST(to_json(color::red) == R"("red")");
    BOOST_TEST(to_json(static_cast<color>(7)) == "null");
    BOOST_TEST(to_json(boost::json::string("x")) == R"("x")");
}

BOOST_AUTO_TEST_CASE(structs)
{
    named_point p{{1.5, 2}, "p", std::nullopt};
    BOOST_TEST(to_json(p) == R"({"x":1.5,"y":2,"name":"p","weight":null,"paint":"green"})");
    p.weight = 3;
    const auto again = rill::from_json<named_point>(*rill::parse_json(to_json(p)));
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(to_json(*again) == to_json(p));
}

BOOST_AUTO_TEST_CASE(containers)
{
    BOOST_TEST(to_json(std::vector<int>{}) == "[]");
    BOOST_TEST(to_json(std::vector{true, false}) == "[true,false]");
    BOOST_TEST(to_json(std::list<std::string>{"a", "b"}) == R"(["a","b"])");
    BOOST_TEST(to_json(std::set{1, 2}) == "[1,2]");
    BOOST_TEST(to_json(std::array{1, 2}) == "[1,2]");
    BOOST_TEST(to_json(std::tuple(1, "x", nullptr)) == R"([1,"x",null])");
    BOOST_TEST((to_json(std::map<std::string, std::vector<int>>{{"x", {1, 2}}, {"y", {}}}) == R"({"x":[1,2],"y":[]})"));
    BOOST_TEST((to_json(std::map<int, int>{{1, 2}}) == R"({"1":2})"));
    BOOST_TEST((to_json(std::map<color, int>{{color::red, 2}}) == R"({"red":2})"));
    BOOST_TEST(to_json(boost::json::array{1, "a", nullptr, true, 1.5, {{"k", 1U}}}) ==
               R"([1,"a",null,true,1.5,{"k":1}])");
}

BOOST_AUTO_TEST_CASE(optional_values)
{
    BOOST_TEST(to_json(std::optional<int>()) == "null");
    BOOST_TEST(to_json(std::optional<std::string>("x")) == R"("x")");
    BOOST_TEST(to_json(std::make_unique<int>(5)) == "5");
    BOOST_TEST((to_json(std::variant<std::monostate, int>()) == "null"));
    BOOST_TEST((to_json(std::variant<int, std::string>("x")) == R"("x")"));
}

BOOST_AUTO_TEST_CASE(types_with_their_own_functions)
{
    BOOST_TEST(to_json(nickname{"a"}) == R"("a")");
    BOOST_TEST(to_json(pair_of_names{{"a"}, {"b"}}) == R"(["a","b"])");
    BOOST_TEST(to_json(std::vector{tagged{}}) == "[[1,null,\"" + replacement + "\"]]");
}

BOOST_AUTO_TEST_SUITE_END()
