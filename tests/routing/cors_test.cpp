#include <rill/routing/middleware.hpp>

#include <stdexcept>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(cors_suite)

namespace {

using rill::handler;
using rill::status;
using rill::verb;
using rill_test::fields;
using rill_test::header;
using rill_test::text;
using rill_test::through;
using rill_test::with;

const fields origin_a{{"Origin", "https://a.example"}};

} // namespace

BOOST_AUTO_TEST_CASE(any_origin)
{
    const auto around = rill::middleware::cors();
    const auto r = through(around, with(origin_a));
    BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "*");
    BOOST_TEST(header(r, "Vary") == "(none)");
    BOOST_TEST(text(r) == "body");
    BOOST_TEST(text(through(around, with({}))) == "body");
}

BOOST_AUTO_TEST_CASE(named_origins)
{
    const auto around = rill::middleware::cors(
        {.origins = {"https://a.example"}, .response_headers = {"X-A", "X-B"}, .credentials = true});
    const auto allowed = through(around, with(origin_a));
    BOOST_TEST(header(allowed, "Access-Control-Allow-Origin") == "https://a.example");
    BOOST_TEST(header(allowed, "Access-Control-Allow-Credentials") == "true");
    BOOST_TEST(header(allowed, "Access-Control-Expose-Headers") == "X-A, X-B");
    BOOST_TEST(header(allowed, "Vary") == "Origin");
    for (const auto* origin :
         {"https://b.example", "https://a.example.evil", "http://a.example", "null", "https://A.example"})
    {
        const auto other = through(around, with({{"Origin", origin}}));
        BOOST_TEST(header(other, "Access-Control-Allow-Origin") == "(none)");
        BOOST_TEST(header(other, "Access-Control-Allow-Credentials") == "(none)");
        BOOST_TEST(header(other, "Access-Control-Expose-Headers") == "(none)");
        BOOST_TEST(header(other, "Vary") == "Origin");
        BOOST_TEST(text(other) == "body");
    }
    BOOST_TEST(header(through(around, with({})), "Access-Control-Allow-Origin") == "(none)");
}

BOOST_AUTO_TEST_CASE(preflight)
{
    const fields asking{{"Origin", "https://a.example"},
                        {"Access-Control-Request-Method", "PUT"},
                        {"Access-Control-Request-Headers", "x-token"}};
    int calls = 0;
    const handler counting = rill::make_handler([&calls] { ++calls; });
    auto r = through(rill::middleware::cors(), with(asking, verb::options), counting);
    BOOST_TEST((r.status() == status::no_content));
    BOOST_TEST(header(r, "Access-Control-Allow-Methods") == "PUT");
    BOOST_TEST(header(r, "Access-Control-Allow-Headers") == "x-token");
    BOOST_TEST(header(r, "Access-Control-Max-Age") == "600");
    auto two_lines = with(asking, verb::options);
    BOOST_REQUIRE(two_lines.fields().add("Access-Control-Request-Headers", "x-other").has_value());
    BOOST_TEST(header(through(rill::middleware::cors(), two_lines), "Access-Control-Allow-Headers") ==
               "x-token, x-other");
    const auto named = rill::middleware::cors(
        {.origins = {"https://a.example"}, .methods = {"GET", "POST"}, .request_headers = {"X-A"}});
    r = through(named, with(asking, verb::options), counting);
    BOOST_TEST(header(r, "Access-Control-Allow-Methods") == "GET, POST");
    BOOST_TEST(header(r, "Access-Control-Allow-Headers") == "X-A");
    r = through(rill::middleware::cors({.origins = {"https://b.example"}}), with(asking, verb::options), counting);
    BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "(none)");
    BOOST_TEST(header(r, "Access-Control-Allow-Methods") == "(none)");
    BOOST_TEST(calls == 0);
    through(rill::middleware::cors(), with(origin_a, verb::options), counting); // OPTIONS, but not a preflight
    BOOST_TEST(calls == 1);
}

// A text that no browser sends as an origin would never match, and there would be no error.
BOOST_AUTO_TEST_CASE(invalid_origins_are_refused)
{
    for (const auto* wrong : {"https://app.example/",
                              "app.example",
                              "",
                              "https://",
                              "https:app.example",
                              "//app.example",
                              "https://app.example/path",
                              "https://app.example?q",
                              "https://user@app.example",
                              "https://App.example",
                              "HTTPS://app.example",
                              "https://*.app.example",
                              "https://app.example:443",
                              "http://app.example:80",
                              "https://app.example:",
                              "https://app.example:0443",
                              "https://app.example:65536",
                              "https://app.example:x",
                              "https://app example",
                              " https://app.example",
                              "https://b\u00fccher.example",
                              "https://[::1",
                              "https://::1",
                              "https://[::0001]",
                              "https://[127.0.0.1]",
                              "1https://app.example",
                              "https://a.example,https://b.example",
                              "Null"})
    {
        const auto names_it = [&](const std::invalid_argument& e) {
            const std::string_view what = e.what();
            return what.starts_with("cors: '" + std::string(wrong).substr(0, 9)) &&
                   what.ends_with(
                       "' is no origin: it must have a form such as https://app.example or http://localhost:3000, "
                       "in lower case, without a path and without the default port of the scheme");
        };
        BOOST_CHECK_EXCEPTION(rill::middleware::cors({.origins = {"https://a.example", wrong}}), std::invalid_argument,
                              names_it);
    }
    for (const auto* right :
         {"https://app.example", "http://localhost:3000", "https://app.example:80", "http://127.0.0.1:8080",
          "http://[::1]:8080", "https://[2001:db8::1]", "chrome-extension://abcdefghijklmnop", "capacitor://localhost",
          "null", "https://xn--bcher-kva.example"})
    {
        const auto around = rill::middleware::cors({.origins = {right}});
        BOOST_TEST(header(through(around, with({{"Origin", right}})), "Access-Control-Allow-Origin") == right);
    }
}

// In a response, an invalid name would cause a 500, or no browser would match it.
BOOST_AUTO_TEST_CASE(invalid_methods_and_field_names_are_refused)
{
    for (const auto* wrong : {"", "GET, PUT", "X A", "a\r\nb"}) {
        BOOST_CHECK_THROW(rill::middleware::cors({.methods = {"GET", wrong}}), std::invalid_argument);
        BOOST_CHECK_THROW(rill::middleware::cors({.request_headers = {wrong}}), std::invalid_argument);
        BOOST_CHECK_THROW(rill::middleware::cors({.response_headers = {wrong}}), std::invalid_argument);
    }
    BOOST_CHECK_THROW(rill::middleware::cors({.preflight_max_age = std::chrono::seconds(-1)}), std::invalid_argument);
    BOOST_CHECK_NO_THROW(
        rill::middleware::cors({.methods = {"*"}, .request_headers = {"*"}, .response_headers = {"*"}}));
}

// After an exception the connection responds. It adds the fields that the middleware has stored in the request.
BOOST_AUTO_TEST_CASE(the_response_after_an_exception_has_the_fields_too)
{
    const handler fails = [](rill::request&) -> rill::awaitable<rill::response> { throw std::runtime_error("boom"); };
    auto req = with(origin_a);
    const auto around =
        rill::middleware::cors({.origins = {"https://a.example"}, .response_headers = {"X-A"}, .credentials = true});
    BOOST_CHECK_THROW(rill_test::run(around(req, fails)), std::runtime_error);
    const auto& noted = req.answer_fields();
    BOOST_TEST(noted.get("Access-Control-Allow-Origin").value_or("") == "https://a.example");
    BOOST_TEST(noted.get("Access-Control-Allow-Credentials").value_or("") == "true");
    BOOST_TEST(noted.get("Access-Control-Expose-Headers").value_or("") == "X-A");
    BOOST_TEST(noted.get("Vary").value_or("") == "Origin");
    auto other = with({{"Origin", "https://b.example"}});
    BOOST_CHECK_THROW(rill_test::run(around(other, fails)), std::runtime_error);
    BOOST_TEST(!other.answer_fields().get("Access-Control-Allow-Origin").has_value());
    BOOST_TEST(other.answer_fields().get("Vary").value_or("") == "Origin");
}

BOOST_AUTO_TEST_CASE(credentials_need_named_origins)
{
    BOOST_CHECK_THROW(rill::middleware::cors({.credentials = true}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
