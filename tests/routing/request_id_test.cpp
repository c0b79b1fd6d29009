#include <rill/routing/middleware.hpp>

#include <stdexcept>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(request_id_suite)

namespace {

using rill::handler;
using rill_test::header;
using rill_test::text;
using rill_test::through;
using rill_test::with;

} // namespace

BOOST_AUTO_TEST_CASE(a_valid_id_is_kept_and_otherwise_created)
{
    const handler echo = rill::make_handler([](rill::header<"X-Request-Id"> id) { return *id; });
    const auto around = rill::middleware::request_id();
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

BOOST_AUTO_TEST_CASE(the_response_after_an_exception_has_the_id_too)
{
    const handler fails = [](rill::request&) -> rill::awaitable<rill::response> { throw std::runtime_error("boom"); };
    auto req = with({{"X-Request-Id", "abc"}});
    const auto around = rill::middleware::request_id();
    BOOST_CHECK_THROW(rill_test::run(around(req, fails)), std::runtime_error);
    BOOST_TEST(req.answer_fields().get("X-Request-Id").value_or("") == "abc");
}

BOOST_AUTO_TEST_SUITE_END()
