#include <rill/http/response.hpp>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <fcntl.h>

BOOST_AUTO_TEST_SUITE(response_suite)

namespace {

using rill::response;
using rill::status;

} // namespace

BOOST_AUTO_TEST_CASE(made_from_text)
{
    const std::pair<response, std::string> table[] = {
        {response::text("x"), "text/plain; charset=utf-8"},
        {response::html("x"), "text/html; charset=utf-8"},
        {response::json("x"), "application/json"},
        {response(status::created, "x", "text/csv"), "text/csv"},
    };
    for (const auto& [r, type] : table) {
        BOOST_TEST((r.fields().get("Content-Type") == type));
        BOOST_TEST(std::get<std::string>(r.body()) == "x");
        BOOST_TEST(!r.streams());
    }
    BOOST_TEST((table[3].first.status() == status::created));
    BOOST_TEST(response().fields().size() == 0U);
}

BOOST_AUTO_TEST_CASE(headers_are_chained)
{
    const auto r = response::text("x").set_header("X-A", "1").set_header("X-B", "2").set_header("X-A", "3");
    BOOST_TEST((r.fields().get("X-A") == "3"));
    BOOST_TEST((r.fields().get("X-B") == "2"));
    BOOST_TEST(std::get<std::string>(r.body()) == "x");
}

BOOST_AUTO_TEST_CASE(a_bad_header_becomes_a_500)
{
    const auto r = response::text("secret").set_header("Location", "/x\r\nSet-Cookie: a=b");
    BOOST_TEST((r.status() == status::internal_server_error));
    BOOST_TEST(!r.fields().contains("Location"));
    BOOST_TEST(std::get<std::string>(r.body()).find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_cookie_has_its_own_field)
{
    auto r = response::text("x")
                 .set_cookie(rill::set_cookie("a", "1"))
                 .set_header("X-A", "1")
                 .set_cookie(rill::set_cookie("b", "2").path("/x"));
    const auto values = [&] {
        std::string all;
        for (const auto value : r.fields().values("Set-Cookie")) {
            all += std::string(value.substr(0, value.find(" SameSite"))) + '|';
        }
        return all;
    };
    BOOST_TEST(values() == "a=1; Path=/;|b=2; Path=/x;|");
    r.set_cookie(rill::set_cookie("a", "3")).set_cookie(rill::set_cookie("b", "4"));
    BOOST_TEST(values() == "b=2; Path=/x;|a=3; Path=/;|b=4; Path=/;|");
    r.set_cookie(rill::set_cookie::remove("a"));
    BOOST_TEST(values().find("a=3") == std::string::npos);
    BOOST_TEST((r.fields().get("X-A") == "1"));
    BOOST_TEST(std::get<std::string>(r.body()) == "x");
}

BOOST_AUTO_TEST_CASE(a_bad_cookie_becomes_a_500)
{
    auto r = response::text("secret").set_cookie(rill::set_cookie("sid", "a b"));
    BOOST_TEST((r.status() == status::internal_server_error));
    BOOST_TEST((r.cause() == rill::error::invalid_cookie_value));
    BOOST_TEST(!r.fields().contains("Set-Cookie"));
    BOOST_TEST(std::get<std::string>(r.body()).find("secret") == std::string::npos);
    r.set_status(status::ok); // does not remove the error
    BOOST_TEST(r.has_bad_header());
}

BOOST_AUTO_TEST_CASE(a_streamed_body)
{
    const auto r = response::stream([](rill::response_writer&) -> rill::awaitable<> { co_return; }, "text/csv");
    BOOST_TEST(r.streams());
    BOOST_TEST((r.fields().get("Content-Type") == "text/csv"));
}

BOOST_AUTO_TEST_CASE(a_file_is_closed_with_its_handle)
{
    const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    BOOST_REQUIRE(descriptor >= 0);
    {
        rill::file_handle first(descriptor);
        rill::file_handle second(std::move(first));
        BOOST_TEST(!first); // NOLINT: tests the moved-from handle
        BOOST_TEST(second.get() == descriptor);
        response r;
        r.set_body(rill::file_body{std::move(second), 0, 0});
        BOOST_TEST(::fcntl(descriptor, F_GETFD) != -1);
    }
    BOOST_TEST(::fcntl(descriptor, F_GETFD) == -1);
    BOOST_TEST(errno == EBADF);
}

BOOST_AUTO_TEST_SUITE_END()
