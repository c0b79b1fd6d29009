#include <rill/routing/middleware.hpp>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(trace_context_suite)

namespace {

using rill::awaitable;
using rill::handler;
using rill::request;
using rill::response;
using rill::verb;
using rill_test::header;
using rill_test::run;

} // namespace

BOOST_AUTO_TEST_CASE(a_valid_trace_is_passed_on_and_returned)
{
    const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const auto passed = [](const std::vector<std::string>& values) {
        std::string seen;
        request req(verb::get, "/");
        for (const auto& value : values) {
            BOOST_REQUIRE(req.fields().add("Traceparent", value).has_value());
        }
        BOOST_REQUIRE(req.fields().add("tracestate", "a=b").has_value());
        const handler inner = [&seen](request& r) -> awaitable<response> {
            seen = std::string(r.header("traceparent").value_or("none"));
            seen += r.header("tracestate") ? "+state" : "";
            co_return response();
        };
        const auto trace = rill::middleware::trace_context();
        const auto r = run(trace(req, inner));
        BOOST_TEST(header(r, "traceparent") == (seen == "none" ? "(none)" : values.front()));
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

BOOST_AUTO_TEST_SUITE_END()
