#include <rill/http/json.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "http/json_reading.hpp"

namespace json_read_types {

enum class color
{
    red,
    green
};
BOOST_DESCRIBE_ENUM(color, red, green)

struct nickname
{
    std::string text;
};
tl::expected<nickname, std::string> from_text(std::string_view text, std::type_identity<nickname>)
{
    if (text.empty()) {
        return tl::unexpected(std::string("must not be empty"));
    }
    return nickname{std::string(text)};
}

/// In JSON: [amount, currency]
struct money
{
    int amount = 0;
    std::string currency;
};
tl::expected<money, rill::read_error> from_json(const boost::json::value& v, std::type_identity<money>)
{
    return rill::from_json<std::pair<int, std::string>>(v).map([](auto&& both) {
        return money{both.first, both.second};
    });
}

struct day
{
    int number = 0;
};
tl::expected<day, std::string> from_json(const boost::json::value& v, std::type_identity<day>)
{
    if (v != "today") {
        return tl::unexpected(std::string("must be today"));
    }
    return day{1};
}

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

struct odd
{
    std::int64_t number = 0;
};
boost::json::result<odd> tag_invoke(boost::json::try_value_to_tag<odd>, const boost::json::value& v)
{
    if (!v.is_int64() || v.get_int64() % 2 == 0) {
        return make_error_code(boost::system::errc::invalid_argument);
    }
    return odd{v.get_int64()};
}

struct node
{
    int value = 0;
    std::unique_ptr<node> left;
    std::vector<node> others;

    using member_rules = rill::member_rules<rill::optional_members<"others">>;
};
BOOST_DESCRIBE_STRUCT(node, (), (value, left, others))

struct circle
{
    double radius = 0;
};
BOOST_DESCRIBE_STRUCT(circle, (), (radius))

struct square
{
    double side = 0;
    std::vector<int> corners;
};
BOOST_DESCRIBE_STRUCT(square, (), (side, corners))

} // namespace json_read_types

BOOST_AUTO_TEST_SUITE(json_read_suite)

namespace {

using namespace json_read_types;

using namespace json_reading;

} // namespace

BOOST_AUTO_TEST_CASE(text)
{
    BOOST_TEST(value<std::string>(R"("a\u0000\u00e9")") == std::string("a\0\xC3\xA9", 4));
    BOOST_TEST(refusal<std::string>("5") == "the body must be a string");
    BOOST_TEST((value<color>("\"green\"") == color::green));
    BOOST_TEST(refusal<color>("\"blue\"") == "the body must be one of red, green");
    BOOST_TEST(refusal<color>("1") == "the body must be a string");
    BOOST_TEST(value<nickname>("\"ada\"").text == "ada");
    BOOST_TEST(refusal<nickname>("\"\"") == "the body must not be empty");
}

BOOST_AUTO_TEST_CASE(types_of_boost_json)
{
    BOOST_TEST((value<boost::json::value>("[1]") == boost::json::array{1}));
    BOOST_TEST(value<boost::json::object>("{\"a\": 1}").size() == 1U);
    BOOST_TEST(value<boost::json::array>("[1, 2]").size() == 2U);
    BOOST_TEST(value<boost::json::string>("\"x\"") == "x");
    BOOST_TEST(refusal<boost::json::object>("[]") == "the body must be an object");
    BOOST_TEST(refusal<boost::json::array>("{}") == "the body must be an array");
}

BOOST_AUTO_TEST_CASE(optional_values)
{
    BOOST_TEST(!value<std::optional<int>>("null").has_value());
    BOOST_TEST((value<std::optional<int>>("5") == 5));
    BOOST_TEST(refusal<std::optional<int>>("\"5\"") == "the body must be a whole number");
    BOOST_TEST(!value<std::unique_ptr<int>>("null"));
    BOOST_TEST(*value<std::unique_ptr<int>>("5") == 5);
    BOOST_TEST(*value<std::shared_ptr<const std::string>>("\"x\"") == "x");
    BOOST_TEST(refusal<std::monostate>("0") == "the body must be null");
    BOOST_TEST(refusal<std::monostate>("null") == "accepted");
}

BOOST_AUTO_TEST_CASE(sequences)
{
    BOOST_TEST((value<std::vector<int>>("[1, 2]") == std::vector{1, 2}));
    BOOST_TEST((value<std::vector<bool>>("[true, false]") == std::vector{true, false}));
    BOOST_TEST((value<std::deque<std::string>>("[\"a\"]") == std::deque<std::string>{"a"}));
    BOOST_TEST((value<std::set<int>>("[2, 1, 2]") == std::set{1, 2}));
    BOOST_TEST((value<std::array<int, 2>>("[1, 2]") == std::array{1, 2}));
    BOOST_TEST((value<std::tuple<int, std::string>>("[1, \"x\"]") == std::tuple(1, "x")));
    BOOST_TEST(refusal<std::vector<int>>("{}") == "the body must be an array");
    BOOST_TEST(refusal<std::vector<std::vector<int>>>("[[], [1, null]]") == "/1/1: must be a whole number");
    BOOST_TEST((refusal<std::array<int, 2>>("[1]") == "the body must be an array of 2 elements"));
    BOOST_TEST((refusal<std::array<int, 1>>("[]") == "the body must be an array of 1 element"));
    BOOST_TEST((refusal<std::tuple<int, std::string>>("[1, 2]") == "/1: must be a string"));
}

BOOST_AUTO_TEST_CASE(maps)
{
    BOOST_TEST((value<std::map<std::string, int>>(R"({"a": 1})") == std::map<std::string, int>{{"a", 1}}));
    BOOST_TEST((value<std::unordered_map<int, int>>(R"({"-7": 1})").at(-7) == 1));
    BOOST_TEST((value<std::map<color, int>>(R"({"red": 1})").contains(color::red)));
    BOOST_TEST((refusal<std::map<color, int>>(R"({"blue": 1})") == "/blue: must be one of red, green"));
    BOOST_TEST((refusal<std::map<std::string, int>>(R"({"a": 1, "b": "x"})") == "/b: must be a whole number"));
    BOOST_TEST((refusal<std::map<std::string, int>>("[]") == "the body must be an object"));
}

BOOST_AUTO_TEST_CASE(variants)
{
    using number_or_text = std::variant<int, std::string>;
    BOOST_TEST(std::get<int>(value<number_or_text>("5")) == 5);
    BOOST_TEST(std::get<std::string>(value<number_or_text>("\"5\"")) == "5");
    BOOST_TEST(refusal<number_or_text>("[]") == "the body must be a number or a string");
    BOOST_TEST(refusal<number_or_text>("1.5") == "the body must be a whole number");
    BOOST_TEST((std::get<double>(value<std::variant<int, double>>("1.5")) == 1.5));
    BOOST_TEST((value<std::variant<std::monostate, int>>("null").index() == 0U));
    // The error is that of the alternative that matched furthest.
    using shape = std::variant<circle, square>;
    BOOST_TEST(std::get<square>(value<shape>(R"({"side": 2, "corners": []})")).side == 2);
    BOOST_TEST(refusal<shape>(R"({"side": 2, "corners": [1, "x"]})") == "/corners/1: must be a whole number");
    // The failed alternatives of one element do not change the error of the next one.
    BOOST_TEST((refusal<std::vector<std::variant<int, double>>>("[1.5, \"x\"]") == "/1: must be a number"));
}

BOOST_AUTO_TEST_CASE(recursive_structs)
{
    const auto tree = value<node>(R"({"value": 1, "left": {"value": 2}, "others": [{"value": 3, "left": null}]})");
    BOOST_TEST(tree.left->value == 2);
    BOOST_TEST(tree.others.at(0).value == 3);
    BOOST_TEST(refusal<node>(R"({"value": 1, "left": {"value": 2, "others": [{}]}})") ==
               "/left/others/0/value: is missing");
}

BOOST_AUTO_TEST_CASE(types_with_their_own_functions)
{
    BOOST_TEST(value<money>("[5, \"EUR\"]").currency == "EUR");
    BOOST_TEST(refusal<std::vector<money>>("[[5, 6]]") == "/0/1: must be a string");
    BOOST_TEST(refusal<std::vector<day>>("[\"today\", \"tomorrow\"]") == "/1: must be today");
    BOOST_TEST(value<even>("4").number == 4);
    BOOST_TEST(refusal<std::vector<even>>("[4, 5]") ==
               "/1: is not allowed"); // the text of the exception may contain a secret
    BOOST_TEST(value<odd>("5").number == 5);
    BOOST_TEST(refusal<odd>("4") == "the body is not allowed: Invalid argument");
    BOOST_TEST((std::get<day>(value<std::variant<int, day>>("\"today\"")).number == 1));
}

BOOST_AUTO_TEST_SUITE_END()
