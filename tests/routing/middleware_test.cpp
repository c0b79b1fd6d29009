#include <rill/routing/middleware.hpp>

#include "../support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <rill/core/interval.hpp>
#include <rill/routing/router.hpp>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(middleware_suite)

namespace {

using namespace std::chrono_literals;

using rill::awaitable;
using rill::handler;
using rill::middleware;
using rill::request;
using rill::response;
using rill::status;
using rill::verb;
using rill_test::header;
using rill_test::run;
using rill_test::text;
using fields = std::vector<std::pair<std::string, std::string>>;

const handler plain = rill::make_handler([] { return "body"; });

request with(const fields& headers, verb method = verb::get, std::string target = "/")
{
    request req(method, std::move(target));
    for (const auto& [name, value] : headers) {
        BOOST_REQUIRE(req.fields().add(name, value).has_value());
    }
    return req;
}

response through(const middleware& around, request req, const handler& next = plain)
{
    return run(around(req, next));
}

/// A coroutine on a worker with a manual clock, which may be cancelled.
struct manual_run
{
    explicit manual_run(awaitable<response> body)
    {
        rill::timer_service::of(context).use_manual_clock();
        boost::asio::co_spawn(
            context.get_executor(), std::move(body),
            boost::asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr e, response r) {
                done = true;
                error = e;
                result = std::move(r);
            }));
        settle();
    }

    void settle()
    {
        context.restart();
        context.poll();
    }
    void advance(std::chrono::milliseconds by)
    {
        rill::timer_service::of(context).advance(by);
        settle();
    }
    void cancel()
    {
        signal.emit(boost::asio::cancellation_type::terminal);
        settle();
    }
    bool aborted() const
    {
        try {
            if (error) {
                std::rethrow_exception(error);
            }
        } catch (const boost::system::system_error& e) {
            return e.code() == boost::asio::error::operation_aborted;
        }
        return false;
    }

    boost::asio::io_context context;
    boost::asio::cancellation_signal signal;
    bool done = false;
    std::exception_ptr error;
    response result;
};

} // namespace

BOOST_AUTO_TEST_SUITE(cors_suite)

const fields origin_a{{"Origin", "https://a.example"}};

BOOST_AUTO_TEST_CASE(any_origin)
{
    const auto around = rill::cors();
    const auto r = through(around, with(origin_a));
    BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "*");
    BOOST_TEST(header(r, "Vary") == "(none)");
    BOOST_TEST(text(r) == "body");
    BOOST_TEST(text(through(around, with({}))) == "body");
}

BOOST_AUTO_TEST_CASE(named_origins)
{
    const auto around =
        rill::cors({.origins = {"https://a.example"}, .response_headers = {"X-A", "X-B"}, .credentials = true});
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
    auto r = through(rill::cors(), with(asking, verb::options), counting);
    BOOST_TEST((r.status() == status::no_content));
    BOOST_TEST(header(r, "Access-Control-Allow-Methods") == "PUT");
    BOOST_TEST(header(r, "Access-Control-Allow-Headers") == "x-token");
    BOOST_TEST(header(r, "Access-Control-Max-Age") == "600");
    auto two_lines = with(asking, verb::options);
    BOOST_REQUIRE(two_lines.fields().add("Access-Control-Request-Headers", "x-other").has_value());
    BOOST_TEST(header(through(rill::cors(), two_lines), "Access-Control-Allow-Headers") == "x-token, x-other");
    const auto named =
        rill::cors({.origins = {"https://a.example"}, .methods = {"GET", "POST"}, .request_headers = {"X-A"}});
    r = through(named, with(asking, verb::options), counting);
    BOOST_TEST(header(r, "Access-Control-Allow-Methods") == "GET, POST");
    BOOST_TEST(header(r, "Access-Control-Allow-Headers") == "X-A");
    r = through(rill::cors({.origins = {"https://b.example"}}), with(asking, verb::options), counting);
    BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "(none)");
    BOOST_TEST(header(r, "Access-Control-Allow-Methods") == "(none)");
    BOOST_TEST(calls == 0);
    through(rill::cors(), with(origin_a, verb::options), counting); // OPTIONS, but no preflight
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(credentials_need_names)
{
    BOOST_CHECK_THROW(rill::cors({.credentials = true}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(basic_auth_suite)

BOOST_AUTO_TEST_CASE(credentials)
{
    std::string seen;
    const auto around = rill::basic_auth(
        [&seen](std::string_view user, std::string_view password) {
            seen = std::string(user) + "|" + std::string(password);
            return seen == "Aladdin|open sesame" || seen == "a|" || seen == "u|p:w";
        },
        "here");
    for (const auto* good : {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic   YTo=",
                             "Basic YTo", "Basic dTpwOnc="})
    {
        BOOST_TEST_CONTEXT(good)
        {
            BOOST_TEST(text(through(around, with({{"Authorization", good}}))) == "body");
        }
    }
    seen.clear();
    for (const auto* malformed : {"", "Basic", "Basic ", "Basic !!!!", "Basic YTo=x", "Basic Y",
                                  "Basic YWI=", "Bearer YTo=", "BasicYTo=", "Basic YTo==="})
    {
        BOOST_TEST_CONTEXT(malformed)
        {
            const auto r = through(around, with({{"Authorization", malformed}}));
            BOOST_TEST((r.status() == status::unauthorized));
            BOOST_TEST(seen == "");
        }
    }
    const auto wrong = through(around, with({{"Authorization", "Basic YTpi"}}));
    BOOST_TEST(seen == "a|b");
    BOOST_TEST((wrong.status() == status::unauthorized));
    BOOST_TEST(header(wrong, "WWW-Authenticate") == "Basic realm=\"here\", charset=\"UTF-8\"");
    BOOST_TEST((through(around, with({})).status() == status::unauthorized));
    const auto twice = with({{"Authorization", "Basic YTo="}, {"authorization", "Basic YTo="}});
    BOOST_TEST((through(around, twice).status() == status::unauthorized)); // which of them does a proxy look at?
}

BOOST_AUTO_TEST_CASE(a_bad_realm)
{
    const auto check = [](std::string_view, std::string_view) { return true; };
    for (const auto* realm : {"a\"b", "a\\b", "a\r\nb"}) {
        BOOST_CHECK_THROW(rill::basic_auth(check, realm), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(request_id_suite)

BOOST_AUTO_TEST_CASE(given_and_made)
{
    const handler echo = rill::make_handler([](rill::header<"X-Request-Id"> id) { return *id; });
    const auto around = rill::request_id();
    const std::string longest(64, 'a');
    for (const auto& good : {std::string("abc-1_2.Z"), longest}) {
        const auto r = through(around, with({{"X-Request-Id", good}}), echo);
        BOOST_TEST(text(r) == good);
        BOOST_TEST(header(r, "X-Request-Id") == good);
    }
    std::string previous;
    for (const auto& bad :
         {std::string(""), longest + "a", std::string("a b"), std::string("a\"b"), std::string("\xc3\xa4")})
    {
        const auto r = through(around, with({{"X-Request-Id", bad}}), echo);
        const auto id = header(r, "X-Request-Id");
        BOOST_TEST(text(r) == id);
        BOOST_TEST(id.size() == 32U);
        BOOST_TEST(id.find_first_not_of("0123456789abcdef") == std::string::npos);
        BOOST_TEST(id != previous);
        previous = id;
    }
    BOOST_TEST(header(through(around, with({}), echo), "X-Request-Id").size() == 32U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(timeout_suite)

struct unwound
{
    bool& flag;
    ~unwound() { flag = true; }
};

BOOST_AUTO_TEST_CASE(in_time_and_late)
{
    bool gone = false;
    const handler slow = [&gone](request&) -> awaitable<response> {
        const unwound guard{gone};
        co_await rill::sleep_for(100ms);
        co_return response::text("slow");
    };
    const auto generous = rill::timeout(200ms);
    const auto strict = rill::timeout(50ms);
    request req;

    manual_run in_time(generous(req, slow));
    in_time.advance(99ms);
    BOOST_TEST(!in_time.done);
    in_time.advance(2ms); // the clock stands between two ticks of the wheel
    BOOST_REQUIRE(in_time.done);
    BOOST_TEST(!in_time.error);
    BOOST_TEST(text(in_time.result) == "slow");

    gone = false;
    manual_run late(strict(req, slow));
    late.advance(49ms);
    BOOST_TEST(!late.done);
    BOOST_TEST(!gone);
    late.advance(2ms);
    BOOST_REQUIRE(late.done);
    BOOST_TEST(gone);
    BOOST_TEST(!late.error);
    BOOST_TEST((late.result.status() == status::service_unavailable));
}

BOOST_AUTO_TEST_CASE(a_handler_that_does_not_wait)
{
    request req;
    const auto around = rill::timeout(50ms);
    manual_run at_once(around(req, plain));
    BOOST_REQUIRE(at_once.done);
    BOOST_TEST(text(at_once.result) == "body");
}

BOOST_AUTO_TEST_CASE(exceptions_pass)
{
    const handler failing = [](request&) -> awaitable<response> {
        co_await rill::sleep_for(10ms);
        throw std::runtime_error("handler's");
    };
    request req;
    const auto around = rill::timeout(50ms);
    manual_run failed(around(req, failing));
    failed.advance(11ms);
    BOOST_REQUIRE(failed.done);
    BOOST_REQUIRE(failed.error != nullptr);
    BOOST_CHECK_THROW(std::rethrow_exception(failed.error), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(cancelled_from_outside)
{
    bool gone = false;
    const handler slow = [&gone](request&) -> awaitable<response> {
        const unwound guard{gone};
        co_await rill::sleep_for(100ms);
        co_return response();
    };
    request req;
    const auto around = rill::timeout(50ms);
    manual_run left(around(req, slow));
    left.cancel();
    BOOST_REQUIRE(left.done);
    BOOST_TEST(gone);
    BOOST_TEST(left.aborted());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(access_log_suite)

std::string without_time(const std::string& line)
{
    BOOST_REQUIRE(line.ends_with("ms"));
    return line.substr(0, line.rfind(' '));
}

BOOST_AUTO_TEST_CASE(lines)
{
    std::vector<std::string> lines;
    const auto around = rill::access_log([&](std::string_view line) { lines.emplace_back(line); });
    auto req = with({}, verb::get, "/ticks?ms=20");
    req.remote_address("127.0.0.1");
    through(around, req);
    req.version(10);
    through(around, req, rill::make_handler([] {
                return response::stream([](rill::response_writer&) -> awaitable<> { co_return; });
            }));
    through(around, with({}, verb::post, "/\"\\\x1b\xff x"), rill::make_handler([] { return status::not_found; }));
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(without_time(lines[0]) == "127.0.0.1 \"GET /ticks?ms=20 HTTP/1.1\" 200 4");
    BOOST_TEST(without_time(lines[1]) == "127.0.0.1 \"GET /ticks?ms=20 HTTP/1.0\" 200 -");
    BOOST_TEST(without_time(lines[2]) == "- \"POST /???? x HTTP/1.1\" 404 0");
}

BOOST_AUTO_TEST_CASE(handlers_that_fail)
{
    std::vector<std::string> lines;
    const auto around = rill::access_log([&](std::string_view line) { lines.emplace_back(line); });
    const handler failing = [](request&) -> awaitable<response> {
        throw std::runtime_error("x");
        co_return response();
    };
    BOOST_CHECK_THROW(through(around, with({}), failing), std::runtime_error);
    BOOST_CHECK_THROW(
        through(around, with({}), rill::make_handler([]() -> std::string { throw std::runtime_error("x"); })),
        std::runtime_error);
    const handler slow = [](request&) -> awaitable<response> {
        co_await rill::sleep_for(1s);
        co_return response();
    };
    request req;
    manual_run left(around(req, slow));
    left.cancel();
    BOOST_TEST(left.aborted());
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(without_time(lines[0]) == "- \"GET / HTTP/1.1\" 500 0");
    BOOST_TEST(without_time(lines[1]) == "- \"GET / HTTP/1.1\" 500 0");
    BOOST_TEST(without_time(lines[2]) == "- \"GET / HTTP/1.1\" 499 0");
}

BOOST_AUTO_TEST_CASE(a_valid_trace_is_passed_on_and_given_back)
{
    const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const auto passed = [](const std::vector<std::string>& values) {
        std::string seen;
        rill::request req(rill::verb::get, "/");
        for (const auto& value : values) {
            BOOST_REQUIRE(req.fields().add("Traceparent", value).has_value());
        }
        BOOST_REQUIRE(req.fields().add("tracestate", "a=b").has_value());
        const rill::handler inner = [&seen](rill::request& r) -> rill::awaitable<rill::response> {
            seen = std::string(r.header("traceparent").value_or("none"));
            seen += r.header("tracestate") ? "+state" : "";
            co_return rill::response();
        };
        const auto trace = rill::trace_context();
        const auto r = rill_test::run(trace(req, inner));
        BOOST_TEST(rill_test::header(r, "traceparent") == (seen == "none" ? "(none)" : values.front()));
        return seen;
    };
    for (const auto& good : {"00-" + id + "-00f067aa0ba902b7-01", "00-" + id + "-00f067aa0ba902b7-00",
                             "cc-" + id + "-00f067aa0ba902b7-01-what", "01-" + id + "-00f067aa0ba902b7-01"})
    {
        BOOST_TEST(passed({good}) == good + "+state");
    }
    const auto valid = "00-" + id + "-00f067aa0ba902b7-01";
    for (const auto& bad : {std::string("x"), "ff-" + id + "-00f067aa0ba902b7-01", valid + "-what", valid + " ",
                            "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01", "00-" + id + "-0000000000000000-01",
                            "00-" + id + "-00F067AA0BA902B7-01", "00-" + id + "_00f067aa0ba902b7-01",
                            "cc-" + id + "-00f067aa0ba902b7-01x"})
    {
        BOOST_TEST(passed({bad}) == "none", bad);
    }
    BOOST_TEST(passed({valid, valid}) == "none");
    BOOST_TEST(passed({}) == "none");
}

BOOST_AUTO_TEST_CASE(handlers_and_logs_see_the_client_behind_a_trusted_proxy)
{
    const auto around = rill::forwarded(*rill::trusted_proxies::parse("127.0.0.1"));
    const rill::handler inner = [](rill::request& r) -> rill::awaitable<rill::response> {
        co_return rill::response::text(r.remote_address());
    };
    for (const auto& [from, seen] : {std::pair{"127.0.0.1", "192.0.2.1"}, std::pair{"192.0.2.9", "192.0.2.9"}}) {
        rill::request req(rill::verb::get, "/");
        req.remote_address(from);
        BOOST_REQUIRE(req.fields().add("X-Forwarded-For", "192.0.2.1").has_value());
        BOOST_TEST(rill_test::text(rill_test::run(around(req, inner))) == seen);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
