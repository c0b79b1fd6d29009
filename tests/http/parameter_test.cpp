#include <rill/http/detail/parameter.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <rill/http/extract.hpp>

#include "http/extracting.hpp"

namespace parameter_types {

enum class color
{
    red,
    green
};

tl::expected<color, std::string> from_text(std::string_view text, std::type_identity<color>)
{
    if (text == "red") {
        return color::red;
    }
    if (text == "green") {
        return color::green;
    }
    return tl::unexpected(std::string("must be red or green"));
}

} // namespace parameter_types

BOOST_AUTO_TEST_SUITE(parameter_suite)

namespace {

using rill::request;
using rill::status;
using rill::verb;
using namespace extracting;

} // namespace

BOOST_AUTO_TEST_CASE(values_are_converted_and_accessible)
{
    using ms = rill::query<"ms", rill::bounded<int, 10, 60000>, 2000>;
    BOOST_TEST(std::chrono::milliseconds(*take<ms>("/")).count() == 2000);
    BOOST_TEST(std::chrono::milliseconds(*take<ms>("/?ms=10")).count() == 10);
    BOOST_TEST(std::chrono::milliseconds(*take<ms>("/?ms=60000")).count() == 60000);
    const auto name = *take<rill::query<"name">>("/?name=a+b");
    BOOST_TEST(name.value == "a b");
    BOOST_TEST(name->size() == 3U);
    BOOST_TEST(*name == "a b");
    const std::string& plain = name;
    BOOST_TEST(plain == "a b");
    BOOST_TEST(name.name() == "name");
}

BOOST_AUTO_TEST_CASE(whole_numbers)
{
    using number = rill::query<"n", int>;
    BOOST_TEST(take<number>("/?n=-5")->value == -5);
    BOOST_TEST(take<number>("/?n=2147483647")->value == 2147483647);
    for (const auto* text : {"", "x", "5x", "%205", "5%20", "+5", "%2B5", "0x5", "5.0", "1e3", "--5"}) {
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(refusal<number>(std::string("/?n=") + text).ends_with("is not allowed: must be a whole number"));
        }
    }
    BOOST_TEST(
        refusal<number>("/?n=2147483648") ==
        "query parameter 'n': '2147483648' is not allowed: must be a whole number from -2147483648 to 2147483647");
    BOOST_TEST((refusal<rill::query<"n", std::uint8_t>>("/?n=-1").ends_with("must be a whole number from 0 to 255")));
    BOOST_TEST((take<rill::query<"n", std::uint64_t>>("/?n=18446744073709551615")->value == UINT64_MAX));
}

BOOST_AUTO_TEST_CASE(bounds)
{
    using ms = rill::query<"ms", rill::bounded<int, 10, 60000>, 2000>;
    for (const std::string text : {"9", "60001", "-10", "99999999999999999999", "x", ""}) {
        BOOST_TEST(refusal<ms>("/?ms=" + text) ==
                   "query parameter 'ms': '" + text + "' is not allowed: must be a number from 10 to 60000");
    }
    BOOST_TEST((refusal<rill::query<"ms", rill::bounded<int, 1, 5>>>("/") ==
                "query parameter 'ms' is missing: must be a number from 1 to 5"));
}

BOOST_AUTO_TEST_CASE(other_types)
{
    BOOST_TEST((take<rill::query<"b", bool>>("/?b=true")->value));
    BOOST_TEST((take<rill::query<"b", bool>>("/?b=1")->value));
    BOOST_TEST((!take<rill::query<"b", bool>>("/?b=false")->value));
    BOOST_TEST((!take<rill::query<"b", bool>>("/?b=0")->value));
    BOOST_TEST((refusal<rill::query<"b", bool>>("/?b=yes").ends_with("must be true, false, 1 or 0")));
    BOOST_TEST((take<rill::query<"d", double>>("/?d=-2.5e1")->value == -25.0));
    for (const std::string text : {"nan", "inf", "1e999", "", "1,5", "1.5x"}) {
        BOOST_TEST((refusal<rill::query<"d", double>>("/?d=" + text).ends_with("must be a number")));
    }
    BOOST_TEST((take<rill::query<"f", float>>("/?f=0.5")->value == 0.5F));
    BOOST_TEST((take<rill::query<"c", parameter_types::color>>("/?c=green")->value == parameter_types::color::green));
    BOOST_TEST((refusal<rill::query<"c", parameter_types::color>>("/?c=blu") ==
                "query parameter 'c': 'blu' is not allowed: must be red or green"));
}

BOOST_AUTO_TEST_CASE(absent_values)
{
    BOOST_TEST(refusal<rill::query<"q">>("/") == "query parameter 'q' is missing");
    BOOST_TEST((!take<rill::query<"n", std::optional<int>>>("/")->value.has_value()));
    BOOST_TEST((take<rill::query<"n", std::optional<int>>>("/?n=5")->value == 5));
    BOOST_TEST((refusal<rill::query<"n", std::optional<int>>>("/?n=x").ends_with("must be a whole number")));
    BOOST_TEST((take<rill::query<"q", std::string, rill::fixed_string("all")>>("/")->value == "all"));
    BOOST_TEST((take<rill::query<"q", std::string, rill::fixed_string("all")>>("/?q=")->value.empty()));
    BOOST_TEST((take<rill::query<"c", parameter_types::color, parameter_types::color::red>>("/")->value ==
                parameter_types::color::red));
    BOOST_TEST((take<rill::query<"b", bool, true>>("/")->value));
}

BOOST_AUTO_TEST_CASE(a_percent_sign_without_an_escape_is_kept)
{
    BOOST_TEST((take<rill::query<"last">>("/?last=100%")->value == "100%"));
    BOOST_TEST((take<rill::query<"last">>("/?last=%zz%41")->value == "%zzA"));
    BOOST_TEST((refusal<rill::query<"n", int, 7>>("/?n=%zz").ends_with("must be a whole number")));
    BOOST_TEST((take<rill::query<"n", int, 7>>("/?n=1&other=%zz")->value == 1));
    BOOST_TEST((take<rill::query<"n%", int>>("/?n%=1")->value == 1));
}

BOOST_AUTO_TEST_CASE(client_text_in_errors_is_short_and_printable)
{
    const auto detail = refusal<rill::query<"n", int>>("/?n=%0d%0a%00%1b%c3%a4" + std::string(1000, 'x'));
    BOOST_TEST(detail ==
               "query parameter 'n': '??????" + std::string(34, 'x') + "...' is not allowed: must be a whole number");
}

BOOST_AUTO_TEST_CASE(path_header_and_cookie)
{
    request req(verb::get, "/");
    req.add_path_parameter("id", "12");
    BOOST_TEST(req.fields().set("X-Token", "t0").has_value());
    BOOST_TEST(req.fields().set("Cookie", "sid=s1").has_value());
    const auto all = rill::extract_all<rill::path<"id", int>, rill::header<"x-token">, rill::cookie<"sid">>(req);
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(std::get<0>(*all).value == 12);
    BOOST_TEST(*std::get<1>(*all) == "t0");
    BOOST_TEST(*std::get<2>(*all) == "s1");

    req = request(verb::get, "/");
    req.add_path_parameter("id", "x");
    BOOST_TEST((rill::extract_all<rill::path<"id", int>>(req).error().detail ==
                "path parameter 'id': 'x' is not allowed: must be a whole number"));
    BOOST_CHECK_THROW((rill::extract_all<rill::path<"idd">>(req)), std::logic_error); // not an error of the client
    BOOST_TEST((rill::extract_all<rill::header<"X-Token">>(req).error().detail == "header 'X-Token' is missing"));
    BOOST_TEST((rill::extract_all<rill::cookie<"sid">>(req).error().detail == "cookie 'sid' is missing"));
    BOOST_TEST((rill::extract_all<rill::header<"X-N", int, 3>>(req).has_value()));
    BOOST_TEST((rill::extract_all<rill::cookie<"c", std::optional<int>>>(req).has_value()));
}

BOOST_AUTO_TEST_SUITE_END()
