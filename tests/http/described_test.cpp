#include <rill/http/described.hpp>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>
#include <rill/http/json.hpp>

namespace described_types {

struct base
{
    std::string id;
    int level = 1;
};
BOOST_DESCRIBE_STRUCT(base, (), (id, level))

struct derived : base
{
    std::string name;
};
BOOST_DESCRIBE_STRUCT(derived, (base), (name))

struct limits
{
    int max = 10;
    bool hard = false;
};
BOOST_DESCRIBE_STRUCT(limits, (), (max, hard))

/// One member for each case of the rule that decides which members are optional.
struct members
{
    int zero = 0;
    int forty = 40;
    double real = 0;
    double half = 0.5;
    bool flag = false;
    bool on = true;
    std::string text;
    std::string named = "small";
    std::vector<int> list;
    std::vector<int> filled{1, 2};
    std::array<int, 2> zeros{};
    std::array<int, 2> size{640, 480};
    std::optional<int> maybe;
    std::optional<int> five = 5;
    std::unique_ptr<int> owned;
    std::shared_ptr<int> shared;
    boost::json::value anything;
    std::variant<std::monostate, int> nothing_or_int;
    std::variant<int, std::string> either;
    std::variant<int, std::string> text_first = "x";
    limits bounds;
    base parent;
    base filled_parent{.id = "root"};
    rill::bounded<int, 1, 9> bounded;
    rill::bounded<int, 1, 9> seven{7};
};
BOOST_DESCRIBE_STRUCT(members, (),
                      (zero, forty, real, half, flag, on, text, named, list, filled, zeros, size, maybe, five, owned,
                       shared, anything, nothing_or_int, either, text_first, bounds, parent, filled_parent, bounded,
                       seven))

struct ruled
{
    int count = 0;
    bool agreed = false;
    std::string class_;

    using member_rules = rill::member_rules<rill::only_known_members, rill::optional_members<"count">,
                                            rill::required_members<"agreed">, rill::renamed_member<"class_", "class">>;
};
BOOST_DESCRIBE_STRUCT(ruled, (), (count, agreed, class_))

struct ruled_by_its_base : ruled
{
    std::optional<int> more;
};
BOOST_DESCRIBE_STRUCT(ruled_by_its_base, (ruled), (more))

struct foreign
{
    int count = 0;
    struct member_rules // not the rules of rill
    {};
};
BOOST_DESCRIBE_STRUCT(foreign, (), (count))

struct ruled_from_outside
{
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(ruled_from_outside, (), (count))

} // namespace described_types

template <>
struct rill::member_rules_of<described_types::ruled_from_outside>
{
    using type = rill::member_rules<rill::optional_members<"count">>;
};

BOOST_AUTO_TEST_SUITE(described_suite)

namespace {

using namespace described_types;

template <class T>
std::string outcome(std::string_view text)
{
    const auto read = rill::from_json<T>(*rill::parse_json(text));
    return read ? "accepted" : read.error().text();
}

/// Returns the names of the members that may be missing.
template <class T>
std::string optional_of()
{
    std::string names;
    const T object{};
    rill::detail::for_each_member<T>([&]<class Member>(Member) {
        if (rill::detail::may_be_missing<T, Member>(object)) {
            names += std::string(rill::detail::name_of<T, Member>()) + ' ';
        }
        return true;
    });
    return names;
}

} // namespace

BOOST_AUTO_TEST_CASE(members_that_are_optional)
{
    BOOST_TEST(optional_of<members>() == "forty half flag on named filled size maybe five owned shared anything "
                                         "nothing_or_int text_first bounds filled_parent seven ");
    BOOST_TEST(optional_of<derived>() == "level ");
    BOOST_TEST(optional_of<foreign>() == "");
}

BOOST_AUTO_TEST_CASE(a_missing_member_keeps_its_default)
{
    const auto read = rill::from_json<members>(*rill::parse_json(
        R"({"zero": 1, "real": 0, "text": "", "list": [], "zeros": [1, 2], "either": 3, "parent": {"id": "p"},
            "bounded": 2, "bounds": {"hard": true}, "filled_parent": {}})"));
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->forty == 40);
    BOOST_TEST(read->on);
    BOOST_TEST(read->named == "small");
    BOOST_TEST(read->filled.size() == 2U);
    BOOST_TEST((read->five == 5));
    BOOST_TEST(read->anything.is_null());
    BOOST_TEST(read->bounds.max == 10);
    BOOST_TEST(read->bounds.hard);
    BOOST_TEST(read->parent.level == 1);
    BOOST_TEST(read->filled_parent.id == "root"); // the default of the member, not of its type
    BOOST_TEST(read->seven.value == 7);
}

BOOST_AUTO_TEST_CASE(null_counts_as_a_missing_optional_member)
{
    BOOST_TEST(outcome<limits>(R"({"max": null, "hard": null})") == "accepted");
    BOOST_TEST(outcome<ruled_from_outside>(R"({"count": null})") == "accepted");
    BOOST_TEST(outcome<foreign>(R"({"count": null})") == "/count: must be a whole number");
    BOOST_TEST(outcome<derived>(R"({"id": null, "name": "n"})") == "/id: must be a string");
}

BOOST_AUTO_TEST_CASE(members_of_bases)
{
    BOOST_TEST(outcome<derived>(R"({"id": "1", "name": "n", "other": 1})") == "accepted");
    BOOST_TEST(outcome<derived>(R"({"name": "n"})") == "/id: is missing");
    BOOST_TEST(outcome<derived>(R"({"id": "1", "level": "x", "name": "n"})") == "/level: must be a whole number");
}

BOOST_AUTO_TEST_CASE(rules_of_a_struct)
{
    BOOST_TEST(outcome<ruled>(R"({"agreed": true, "class": "a"})") == "accepted");
    BOOST_TEST(outcome<ruled>(R"({"class": "a"})") == "/agreed: is missing");
    BOOST_TEST(outcome<ruled>(R"({"agreed": true, "class_": "a"})") == "/class_: is not known");
    BOOST_TEST(outcome<ruled>(R"({"agreed": true, "class": "a", "x/y": 1})") == "/x~1y: is not known");
    BOOST_TEST(outcome<ruled>(R"({"agreed": null, "class": "a"})") == "/agreed: must be true or false");
    BOOST_TEST(outcome<ruled_by_its_base>(R"({"agreed": true, "class": "a", "more": 1})") == "accepted");
    BOOST_TEST(outcome<ruled_by_its_base>(R"({"agreed": true, "class": "a", "most": 1})") == "/most: is not known");
    BOOST_TEST(outcome<ruled_from_outside>("{}") == "accepted");
    BOOST_TEST(rill::to_json(ruled{}) == R"({"count":0,"agreed":false,"class":""})");
}

BOOST_AUTO_TEST_CASE(rules_name_members)
{
    using good = rill::member_rules<rill::optional_members<"count">, rill::renamed_member<"class_", "class">>;
    using bad = rill::member_rules<rill::only_known_members, rill::required_members<"count", "cuont">>;
    const auto is_member = [](std::string_view name) { return rill::detail::has_member<ruled>(name); };
    BOOST_TEST(good::names_members(is_member));
    BOOST_TEST(!bad::names_members(is_member));
}

BOOST_AUTO_TEST_CASE(error_texts)
{
    BOOST_TEST((rill::read_error{.path = "/a/0", .reason = "must be a string"}.text() == "/a/0: must be a string"));
    BOOST_TEST((rill::read_error{.path = {}, .reason = "must be a string"}.text() == "the body must be a string"));
}

BOOST_AUTO_TEST_SUITE_END()
