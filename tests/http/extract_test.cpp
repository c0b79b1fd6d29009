#include <rill/http/extract.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "http/extracting.hpp"

namespace paint {

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
using namespace extracting;

} // namespace

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

BOOST_AUTO_TEST_CASE(the_first_error_is_returned)
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
