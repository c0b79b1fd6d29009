#include <rill/http/form.hpp>

#include "../support/run.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <rill/http/make_handler.hpp>
#include <set>

namespace form_types {

enum class size
{
    small,
    large
};
BOOST_DESCRIBE_ENUM(size, small, large)

struct order
{
    std::string item;
    int count = 0;
    form_types::size size = form_types::size::large;
    bool gift = false;
    std::optional<int> discount;
    std::optional<std::string> note;
    std::vector<std::string> extras;
};
BOOST_DESCRIBE_STRUCT(order, (), (item, count, size, gift, discount, note, extras))

struct strict
{
    double weight = 0;
    rill::bounded<int, 1, 9> level{5};
    std::set<int> days;

    using member_rules = rill::member_rules<rill::only_known_members, rill::required_members<"days">,
                                            rill::renamed_member<"weight", "how much">>;
};
BOOST_DESCRIBE_STRUCT(strict, (), (weight, level, days))

} // namespace form_types

BOOST_AUTO_TEST_SUITE(form_suite)

namespace {

using form_types::order;
using rill::request;
using rill::status;
using rill::detail::parse_form;

request with_body(std::string body, std::string_view type = "application/x-www-form-urlencoded")
{
    request req(rill::verb::post, "/");
    if (!type.empty()) {
        BOOST_REQUIRE(req.fields().set("Content-Type", type).has_value());
    }
    req.set_body(std::move(body));
    return req;
}

template <class T>
T taken(std::string body)
{
    auto req = with_body(std::move(body));
    const auto form = rill::extractor<rill::form<T>>::extract(req);
    BOOST_TEST_CONTEXT((form ? "" : form.error().detail))
    {
        BOOST_REQUIRE(form.has_value());
    }
    return **form;
}

template <class Extractor>
rill::problem problem_of(request req)
{
    const auto form = rill::extractor<Extractor>::extract(req);
    return form ? rill::problem{.status = status::ok, .detail = "accepted", .title = {}} : form.error();
}

template <class T>
std::string refusal(std::string body)
{
    const auto problem = problem_of<rill::form<T>>(with_body(std::move(body)));
    BOOST_TEST((problem.status == status::unprocessable_entity));
    return problem.detail;
}

/// Returns the fields as name=value|...
std::string parsed(std::string_view text)
{
    const auto fields = parse_form(text);
    if (!fields) {
        return fields.error();
    }
    std::string all;
    for (const auto& [name, value] : *fields) {
        all += name + '=' + value + '|';
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(decodes_as_browsers_encode)
{
    BOOST_TEST(parsed("") == "");
    BOOST_TEST(parsed("a=1&b=2&a=3") == "a=1|b=2|a=3|");
    BOOST_TEST(parsed("a+b=c+d%2B%20e&%26%3D=%25") == "a b=c d+ e|&==%|");
    BOOST_TEST(parsed("a=%&b=%4&%zz=100%&c=%%") == "a=%|b=%4|%zz=100%|c=%%|"); // these "%" begin no escape
    BOOST_TEST(parsed("&&a&=b&c=&d=e=f&") == "a=|=b|c=|d=e=f|");
    BOOST_TEST(parsed("u=%C3%A9&v=\xC3\xA9&n=%0D%0A") == "u=\xC3\xA9|v=\xC3\xA9|n=\r\n|");
}

BOOST_AUTO_TEST_CASE(refuses_malformed_forms)
{
    for (const std::string text : {"a=%FF", "%C3=1", "a=\xED\xA0\x80"}) {
        BOOST_TEST(parsed(text) == "it is not UTF-8");
    }
    std::string fields = "a";
    for (std::size_t i = 1; i < rill::detail::max_form_fields; ++i) {
        fields += "&a";
    }
    BOOST_TEST(parse_form(fields + "&&").has_value());
    BOOST_TEST(parsed(fields + "&a") == "it has more than 1000 fields");
    const auto problem = problem_of<rill::form<order>>(with_body("item=%ff"));
    BOOST_TEST((problem.status == status::bad_request));
    BOOST_TEST(problem.detail == "the body is not a well-formed form: it is not UTF-8");
}

BOOST_AUTO_TEST_CASE(a_compressed_body_is_refused_with_415)
{
    auto req = with_body("item=a", "application/x-www-form-urlencoded");
    BOOST_REQUIRE(req.fields().set("Content-Encoding", "gzip").has_value());
    for (const auto& refused : {problem_of<rill::form<order>>(req), problem_of<rill::form_field<"item">>(req)}) {
        BOOST_TEST((refused.status == status::unsupported_media_type));
        BOOST_TEST(refused.detail == "the body must not be compressed or coded in any other way");
    }
}

BOOST_AUTO_TEST_CASE(content_types)
{
    for (const auto* type :
         {"application/x-www-form-urlencoded", "Application/X-WWW-Form-UrlEncoded",
          "application/x-www-form-urlencoded; charset=UTF-8", "application/x-www-form-urlencoded ;a"})
    {
        BOOST_TEST((problem_of<rill::form<order>>(with_body("item=a&count=1", type)).status == status::ok));
    }
    for (const auto* type : {"", "text/plain", "multipart/form-data; boundary=x", "application/json",
                             "application/x-www-form-urlencoded2", "x; application/x-www-form-urlencoded"})
    {
        const auto problem = problem_of<rill::form<order>>(with_body("item=a&count=1", type));
        BOOST_TEST((problem.status == status::unsupported_media_type));
        BOOST_TEST(problem.detail == "the body must be a form, with Content-Type: application/x-www-form-urlencoded");
        BOOST_TEST(
            (problem_of<rill::form_field<"item">>(with_body("item=a", type)).status == status::unsupported_media_type));
    }
}

BOOST_AUTO_TEST_CASE(a_described_struct_from_a_form)
{
    const auto handle = rill::make_handler([](rill::form<order> o) { return o->item + std::to_string(o->count); });
    auto req = with_body("item=green+tea&count=3");
    BOOST_TEST(rill_test::text(rill_test::run(handle, req)) == "green tea3");

    const auto all = taken<order>("item=tea&count=2&size=small&gift=on&discount=5&note=&extras=a&extras=b&other=1");
    BOOST_TEST((all.size == form_types::size::small));
    BOOST_TEST(all.gift);
    BOOST_TEST((all.discount == 5));
    BOOST_TEST((all.note == "")); // text may be empty
    BOOST_TEST((all.extras == std::vector<std::string>{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(empty_fields_of_a_browser_count_as_missing)
{
    const auto o = taken<order>("item=&count=0&size=&discount=");
    BOOST_TEST(o.item.empty());
    BOOST_TEST((o.size == form_types::size::large));
    BOOST_TEST(!o.gift);
    BOOST_TEST(!o.discount);
    BOOST_TEST(!o.note);
    BOOST_TEST(o.extras.empty());
}

BOOST_AUTO_TEST_CASE(errors_have_the_same_texts_as_those_of_json)
{
    BOOST_TEST(refusal<order>("count=1") == "/item: is missing");
    BOOST_TEST(refusal<order>("item=a") == "/count: is missing");
    BOOST_TEST(refusal<order>("item=a&count=") == "/count: must be a whole number");
    BOOST_TEST(refusal<order>("item=a&count=1.5") == "/count: must be a whole number");
    BOOST_TEST(refusal<order>("item=a&count=9999999999") ==
               "/count: must be a whole number from -2147483648 to 2147483647");
    BOOST_TEST(refusal<order>("item=a&count=1&size=medium") == "/size: must be one of small, large");
    BOOST_TEST(refusal<order>("item=a&count=1&gift=yes") == "/gift: must be on, true, false, 1 or 0");
    BOOST_TEST(refusal<order>("item=a&count=1&count=2") == "/count: must occur only once");
    BOOST_TEST(refusal<order>("item=a&count=1&gift=on&gift=on") == "/gift: must occur only once");
}

BOOST_AUTO_TEST_CASE(rules_of_a_struct)
{
    using form_types::strict;
    const auto read = taken<strict>("how+much=2.5&days=1&days=3&days=1");
    BOOST_TEST(read.weight == 2.5);
    BOOST_TEST(read.level.value == 5);
    BOOST_TEST((read.days == std::set{1, 3}));
    BOOST_TEST(refusal<strict>("how+much=2.5") == "/days: is missing");
    BOOST_TEST(refusal<strict>("weight=2.5&days=1") == "/weight: is not known");
    BOOST_TEST(refusal<strict>("how+much=2&days=1&days=x") == "/days/1: must be a whole number");
    BOOST_TEST(refusal<strict>("how+much=2&days=1&level=10") == "/level: must be a number from 1 to 9");
    BOOST_TEST(refusal<strict>("how+much=&days=1") == "/how much: must be a number");
}

BOOST_AUTO_TEST_CASE(single_fields)
{
    using rill::form_field;
    auto req = with_body("name=ada+l&n=5&n=6");
    BOOST_TEST(*rill::extractor<form_field<"name">>::extract(req).value() == "ada l");
    BOOST_TEST((*rill::extractor<form_field<"n", int>>::extract(req).value() == 5)); // the first value, as in a query
    BOOST_TEST((*rill::extractor<form_field<"x", int, 7>>::extract(req).value() == 7));
    BOOST_TEST((!rill::extractor<form_field<"x", std::optional<int>>>::extract(req).value()->has_value()));
    const auto missing = problem_of<form_field<"x", int>>(req);
    BOOST_TEST((missing.status == status::unprocessable_entity));
    BOOST_TEST(missing.detail == "form field 'x' is missing: must be a whole number");
    const auto wrong = problem_of<form_field<"name", int>>(req);
    BOOST_TEST((wrong.status == status::unprocessable_entity));
    BOOST_TEST(wrong.detail == "form field 'name': 'ada l' is not allowed: must be a whole number");
    BOOST_TEST((problem_of<form_field<"name", form_types::size>>(req).detail ==
                "form field 'name': 'ada l' is not allowed: must be one of small, large"));
    BOOST_TEST((problem_of<form_field<"name">>(with_body("name=%ff")).status == status::bad_request));
}

BOOST_AUTO_TEST_SUITE_END()
