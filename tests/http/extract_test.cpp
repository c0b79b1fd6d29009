#include <rill/http/extract.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>

namespace paint {

enum class colour
{
    red,
    green
};

tl::expected<colour, std::string> from_text(std::string_view text, std::type_identity<colour>)
{
    if (text == "red") {
        return colour::red;
    }
    if (text == "green") {
        return colour::green;
    }
    return tl::unexpected(std::string("must be red or green"));
}

struct client
{
    std::string name;
};

enum class refusal
{
    banned,
    unknown
};

rill::problem to_problem(const refusal& r)
{
    return {.status = rill::status::forbidden, .detail = r == refusal::banned ? "you are banned" : "who are you?"};
}

struct member
{
    std::string name;
};

struct machine
{};

} // namespace paint

template <>
struct rill::extractor<paint::member>
{
    static tl::expected<paint::member, paint::refusal> extract(rill::request& req)
    {
        const auto name = req.query_parameter("name");
        if (!name) {
            return tl::unexpected(paint::refusal::unknown);
        }
        if (*name == "mallory") {
            return tl::unexpected(paint::refusal::banned);
        }
        return paint::member{*name};
    }
};

template <>
struct rill::extractor<paint::machine>
{
    static tl::expected<paint::machine, rill::status> extract(rill::request&)
    {
        return tl::unexpected(rill::status::not_acceptable);
    }
};

template <>
struct rill::extractor<paint::client>
{
    static tl::expected<paint::client, rill::problem> extract(rill::request& req)
    {
        if (const auto name = req.header("X-Client")) {
            return paint::client{std::string(*name)};
        }
        return tl::unexpected(rill::problem{.status = rill::status::forbidden, .detail = "who are you?", .title = {}});
    }
};

BOOST_AUTO_TEST_SUITE(extract_suite)

namespace {

using rill::request;
using rill::status;
using rill::verb;

template <class T>
tl::expected<T, rill::problem> take(std::string target)
{
    request req(verb::get, std::move(target));
    return rill::extractor<T>::extract(req);
}

template <class T>
std::string refusal(std::string target)
{
    const auto taken = take<T>(std::move(target));
    BOOST_REQUIRE(!taken.has_value());
    BOOST_TEST((taken.error().status == status::bad_request));
    return taken.error().detail;
}

} // namespace

BOOST_AUTO_TEST_CASE(values_convert_and_are_reached)
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
    BOOST_TEST((take<rill::query<"c", paint::colour>>("/?c=green")->value == paint::colour::green));
    BOOST_TEST((refusal<rill::query<"c", paint::colour>>("/?c=blu") ==
                "query parameter 'c': 'blu' is not allowed: must be red or green"));
}

BOOST_AUTO_TEST_CASE(absent_values)
{
    BOOST_TEST(refusal<rill::query<"q">>("/") == "query parameter 'q' is missing");
    BOOST_TEST((!take<rill::query<"n", std::optional<int>>>("/")->value.has_value()));
    BOOST_TEST((take<rill::query<"n", std::optional<int>>>("/?n=5")->value == 5));
    BOOST_TEST((refusal<rill::query<"n", std::optional<int>>>("/?n=x").ends_with("must be a whole number")));
    BOOST_TEST((take<rill::query<"q", std::string, rill::fixed_string("all")>>("/")->value == "all"));
    BOOST_TEST((take<rill::query<"q", std::string, rill::fixed_string("all")>>("/?q=")->value == ""));
    BOOST_TEST((take<rill::query<"c", paint::colour, paint::colour::red>>("/")->value == paint::colour::red));
    BOOST_TEST((take<rill::query<"b", bool, true>>("/")->value));
}

BOOST_AUTO_TEST_CASE(a_percent_sign_of_a_query_that_begins_no_escape_is_itself)
{
    BOOST_TEST((take<rill::query<"last">>("/?last=100%")->value == "100%"));
    BOOST_TEST((take<rill::query<"last">>("/?last=%zz%41")->value == "%zzA"));
    BOOST_TEST((refusal<rill::query<"n", int, 7>>("/?n=%zz").ends_with("must be a whole number")));
    BOOST_TEST((take<rill::query<"n", int, 7>>("/?n=1&other=%zz")->value == 1));
    BOOST_TEST((take<rill::query<"n%", int>>("/?n%=1")->value == 1));
}

BOOST_AUTO_TEST_CASE(what_comes_back_is_short_and_printable)
{
    const auto detail = refusal<rill::query<"n", int>>("/?n=%0d%0a%00%1b%c3%a4" + std::string(1000, 'x'));
    BOOST_TEST(detail ==
               "query parameter 'n': '??????" + std::string(34, 'x') + "...' is not allowed: must be a whole number");
}

BOOST_AUTO_TEST_CASE(path_header_and_cookie)
{
    request req(verb::get, "/");
    req.path_parameter("id", "12");
    BOOST_TEST(req.fields().set("X-Token", "t0").has_value());
    BOOST_TEST(req.fields().set("Cookie", "sid=s1").has_value());
    const auto all = rill::extract_all<rill::path<"id", int>, rill::header<"x-token">, rill::cookie<"sid">>(req);
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(std::get<0>(*all).value == 12);
    BOOST_TEST(*std::get<1>(*all) == "t0");
    BOOST_TEST(*std::get<2>(*all) == "s1");

    req = request(verb::get, "/");
    req.path_parameter("id", "x");
    BOOST_TEST((rill::extract_all<rill::path<"id", int>>(req).error().detail ==
                "path parameter 'id': 'x' is not allowed: must be a whole number"));
    BOOST_CHECK_THROW((rill::extract_all<rill::path<"idd">>(req)), std::logic_error); // not the client's mistake
    BOOST_TEST((rill::extract_all<rill::header<"X-Token">>(req).error().detail == "header 'X-Token' is missing"));
    BOOST_TEST((rill::extract_all<rill::cookie<"sid">>(req).error().detail == "cookie 'sid' is missing"));
    BOOST_TEST((rill::extract_all<rill::header<"X-N", int, 3>>(req).has_value()));
    BOOST_TEST((rill::extract_all<rill::cookie<"c", std::optional<int>>>(req).has_value()));
}

BOOST_AUTO_TEST_CASE(the_request_itself_and_own_extractors)
{
    request req(verb::get, "/?q=1");
    BOOST_TEST((rill::extract_all<paint::client>(req).error().status == status::forbidden));
    BOOST_TEST(req.fields().set("X-Client", "me").has_value());
    auto all = rill::extract_all<request&, const paint::client&, const request&>(req);
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(&std::get<0>(*all) == &req);
    BOOST_TEST(&std::get<2>(*all) == &req);
    static_assert(std::is_same_v<decltype(all)::value_type, std::tuple<request&, paint::client, const request&>>);
    BOOST_TEST(std::get<1>(*all).name == "me");
    BOOST_TEST(rill::extract_all<>(req).has_value());
}

BOOST_AUTO_TEST_CASE(own_error_types)
{
    const auto refused = [](std::string target) {
        request req(verb::get, std::move(target));
        return rill::extract_all<paint::member>(req).error();
    };
    BOOST_TEST((refused("/").status == status::forbidden));
    BOOST_TEST(refused("/").detail == "who are you?");
    BOOST_TEST(refused("/?name=mallory").detail == "you are banned");
    request req(verb::get, "/?name=ada");
    BOOST_TEST(std::get<0>(*rill::extract_all<paint::member>(req)).name == "ada");
    BOOST_TEST((rill::extract_all<paint::machine>(req).error().status == status::not_acceptable));
}

BOOST_AUTO_TEST_CASE(the_first_failure_is_told)
{
    request req(verb::get, "/?b=x");
    const auto all = rill::extract_all<rill::query<"b", int>, rill::query<"a", int>>(req);
    BOOST_TEST(all.error().detail.starts_with("query parameter 'b'"));
}

struct object
{
    void plain(int);
    void constant(int) const noexcept;
    int operator()(request&) const;
    void of_lvalue(int) &;
    void of_lvalue_quiet(int) & noexcept;
    void of_constant(int) const&;
    void of_constant_quiet(int) const& noexcept;
};
int function(rill::query<"a"> a, request&) noexcept
{
    return static_cast<int>(a->size());
}

template <class F, class R, class... Args>
constexpr bool has =
    std::is_same_v<typename rill::detail::signature_of<F>::result, R> &&
    std::is_same_v<typename rill::detail::signature_of<F>::arguments, rill::detail::type_list<Args...>>;

BOOST_AUTO_TEST_CASE(signatures)
{
    static_assert(has<decltype(function), int, rill::query<"a">, request&>);
    static_assert(has<decltype(&function), int, rill::query<"a">, request&>);
    static_assert(has<decltype(&object::plain), void, int>);
    static_assert(has<decltype(&object::constant), void, int>);
    static_assert(has<decltype(&object::of_lvalue), void, int>);
    static_assert(has<decltype(&object::of_lvalue_quiet), void, int>);
    static_assert(has<decltype(&object::of_constant), void, int>);
    static_assert(has<decltype(&object::of_constant_quiet), void, int>);
    static_assert(has<object, int, request&>);
    static_assert(has<const object&, int, request&>);
    auto changing = [n = 0](int by) mutable noexcept { return n += by; };
    static_assert(has<decltype(changing), int, int>);
    auto generic = [](auto) {};
    static_assert(!rill::detail::has_signature<decltype(generic)>);
    static_assert(!rill::detail::has_signature<const char*>);
    static_assert(!rill::detail::has_signature<std::string>);
    static_assert(rill::detail::has_signature<decltype(changing)>);
    static_assert(std::is_same_v<rill::detail::rest<rill::detail::type_list<int, char, long>>::type,
                                 rill::detail::type_list<char, long>>);
    BOOST_TEST(changing(2) == 2);
    request req(verb::get, "/?a=xyz");
    BOOST_TEST(std::apply(function,
                          *rill::extract_all(req, rill::detail::signature_of<decltype(function)>::arguments{})) == 3);
}

BOOST_AUTO_TEST_SUITE_END()
