// Tests all types that a handler may return, from a function and from a coroutine.

#include <rill/http/make_handler.hpp>

#include "../support/run.hpp"

#include <boost/system/result.hpp>

namespace shop {

/// The errors of an application. One function converts them to responses.
enum class error
{
    sold_out,
    not_logged_in
};

rill::problem to_problem(const error& e)
{
    if (e == error::not_logged_in) {
        return {.status = rill::status::unauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}};
    }
    return {.status = rill::status::conflict, .detail = "sold out"};
}

struct failure
{
    std::string what;
};

rill::problem to_problem(const failure& f)
{
    return {.status = rill::status::bad_gateway, .detail = f.what};
}

} // namespace shop

BOOST_AUTO_TEST_SUITE(return_types_suite)

namespace {

using rill::awaitable;
using rill::error_code;
using rill::problem;
using rill::response;
using rill::result;
using rill::status;
using rill_test::header;
using rill_test::text;
using tl::expected;
using tl::unexpected;

const error_code no_such_file(ENOENT, boost::system::generic_category());

/// Returns the response to the value that `make` returns. The response must be the same if a coroutine returns the
/// value.
template <class Make>
response returned(Make make)
{
    using type = decltype(make());
    auto waiting = [make]() -> awaitable<type> {
        if constexpr (std::is_void_v<type>) {
            make();
            co_return;
        } else {
            co_return make();
        }
    };
    auto plain = rill_test::run(rill::make_handler(make), rill::verb::get, "/");
    const auto awaited = rill_test::run(rill::make_handler(waiting), rill::verb::get, "/");
    BOOST_TEST((plain.status() == awaited.status()));
    BOOST_TEST(text(plain) == text(awaited));
    BOOST_TEST(header(plain, "Content-Type") == header(awaited, "Content-Type"));
    BOOST_TEST(plain.cause() == awaited.cause());
    return plain;
}

template <class Make>
status status_of(Make make)
{
    return returned(make).status();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_response)
{
    const auto r = returned([] { return response(status::accepted, "<p>", "text/html").set_header("X-A", "b"); });
    BOOST_TEST((r.status() == status::accepted));
    BOOST_TEST(text(r) == "<p>");
    BOOST_TEST(header(r, "Content-Type") == "text/html");
    BOOST_TEST(header(r, "X-A") == "b");
}

BOOST_AUTO_TEST_CASE(a_text)
{
    const auto check = [](const response& r) {
        BOOST_TEST((r.status() == status::ok));
        BOOST_TEST(text(r) == "text");
        BOOST_TEST(header(r, "Content-Type") == "text/plain; charset=utf-8");
    };
    check(returned([] { return std::string("text"); }));
    check(returned([] { return std::string_view("text"); }));
    check(returned([] { return "text"; }));
}

BOOST_AUTO_TEST_CASE(a_status)
{
    const auto r = returned([] { return status::accepted; });
    BOOST_TEST((r.status() == status::accepted));
    BOOST_TEST(text(r) == "");
}

BOOST_AUTO_TEST_CASE(a_problem)
{
    const auto r = returned([] { return problem{.status = status::conflict, .detail = "twice"}; });
    BOOST_TEST((r.status() == status::conflict));
    BOOST_TEST(header(r, "Content-Type") == "application/problem+json");
    BOOST_TEST(text(r).find("twice") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing)
{
    int calls = 0;
    const auto r = returned([&calls] { ++calls; });
    BOOST_TEST((r.status() == status::no_content));
    BOOST_TEST(text(r) == "");
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_value_or_a_problem)
{
    const problem gone{.status = status::gone, .detail = "it was here"};
    BOOST_TEST(text(returned([]() -> expected<response, problem> { return response::text("r"); })) == "r");
    BOOST_TEST(text(returned([]() -> expected<std::string, problem> { return "s"; })) == "s");
    BOOST_TEST((status_of([]() -> expected<status, problem> { return status::created; }) == status::created));
    BOOST_TEST((status_of([]() -> expected<void, problem> { return {}; }) == status::no_content));
    const auto check = [](const response& r) {
        BOOST_TEST((r.status() == status::gone));
        BOOST_TEST(header(r, "Content-Type") == "application/problem+json");
        BOOST_TEST(text(r).find("it was here") != std::string::npos);
    };
    check(returned([&]() -> expected<response, problem> { return unexpected(gone); }));
    check(returned([&]() -> expected<std::string, problem> { return unexpected(gone); }));
    check(returned([&]() -> expected<void, problem> { return unexpected(gone); }));
    check(returned([&]() -> expected<problem, status> { return gone; }));
}

BOOST_AUTO_TEST_CASE(a_value_or_an_error_code)
{
    BOOST_TEST(text(returned([]() -> result<response> { return response::text("r"); })) == "r");
    BOOST_TEST(text(returned([]() -> result<std::string> { return "s"; })) == "s");
    BOOST_TEST((status_of([]() -> result<void> { return {}; }) == status::no_content));
    const auto check = [](const response& r) {
        BOOST_TEST((r.status() == status::internal_server_error));
        BOOST_TEST((r.cause() == std::errc::no_such_file_or_directory)); // for the log
        BOOST_TEST(text(r).find("directory") == std::string::npos);      // not for the client
    };
    check(returned([]() -> result<response> { return unexpected(no_such_file); }));
    check(returned([]() -> result<void> { return unexpected(no_such_file); }));
    check(returned([]() -> expected<std::string, std::error_code> {
        return unexpected(std::make_error_code(std::errc::no_such_file_or_directory));
    }));
    BOOST_TEST((returned([]() -> expected<response, rill::error> {
                    return unexpected(rill::error::too_slow);
                }).cause() == rill::error::too_slow));
}

BOOST_AUTO_TEST_CASE(a_value_or_a_status_or_a_response)
{
    BOOST_TEST((status_of([]() -> expected<response, status> { return unexpected(status::gone); }) == status::gone));
    const auto r = returned([]() -> expected<std::string, response> {
        return unexpected(response(status::see_other).set_header("Location", "/login"));
    });
    BOOST_TEST((r.status() == status::see_other));
    BOOST_TEST(header(r, "Location") == "/login");
}

BOOST_AUTO_TEST_CASE(errors_of_an_application)
{
    const auto sold_out = [](const response& r) {
        BOOST_TEST((r.status() == status::conflict));
        BOOST_TEST(header(r, "Content-Type") == "application/problem+json");
        BOOST_TEST(text(r).find("sold out") != std::string::npos);
    };
    sold_out(returned([]() -> expected<response, shop::error> { return unexpected(shop::error::sold_out); }));
    sold_out(returned([]() -> expected<std::string, shop::error> { return unexpected(shop::error::sold_out); }));
    sold_out(returned([]() -> expected<void, shop::error> { return unexpected(shop::error::sold_out); }));
    sold_out(returned([] { return shop::error::sold_out; }));
    BOOST_TEST(text(returned([]() -> expected<std::string, shop::error> { return "tea"; })) == "tea");
    const auto unknown = returned([] { return shop::error::not_logged_in; });
    BOOST_TEST((unknown.status() == status::unauthorized));
    BOOST_TEST(header(unknown, "WWW-Authenticate") == "Bearer");
    const auto failed = returned(
        []() -> expected<response, shop::failure> { return unexpected(shop::failure{"the upstream is down"}); });
    BOOST_TEST((failed.status() == status::bad_gateway));
    BOOST_TEST(text(failed).find("the upstream is down") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(other_kinds_of_expected)
{
    using own = boost::system::result<std::string, shop::error>;
    using boost::system::result;
    BOOST_TEST(text(returned([]() -> result<std::string> { return "s"; })) == "s");
    BOOST_TEST((status_of([]() -> result<void> { return {}; }) == status::no_content));
    BOOST_TEST((returned([]() -> result<std::string> { return no_such_file; }).cause() == no_such_file));
    BOOST_TEST((status_of([]() -> result<void> { return no_such_file; }) == status::internal_server_error));
    BOOST_TEST((status_of([]() -> own { return shop::error::sold_out; }) == status::conflict));
}

// If a text could be an error, its response would have the status 200.
BOOST_AUTO_TEST_CASE(types_that_cannot_be_errors)
{
    using rill::detail::answerable_error;
    static_assert(answerable_error<shop::error> && answerable_error<problem> && answerable_error<error_code>);
    static_assert(!answerable_error<std::string> && !answerable_error<const char*> && !answerable_error<int>);
}

BOOST_AUTO_TEST_SUITE_END()
