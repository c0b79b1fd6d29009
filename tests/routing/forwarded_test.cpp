#include <rill/routing/middleware.hpp>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(forwarded_middleware)

namespace {

using rill::awaitable;
using rill::handler;
using rill::request;
using rill::response;
using rill::verb;
using rill_test::run;
using rill_test::text;

} // namespace

BOOST_AUTO_TEST_CASE(handlers_and_logs_see_the_client_behind_a_trusted_proxy)
{
    const auto around = rill::middleware::forwarded(rill::trusted_proxies::parse("127.0.0.1"));
    const handler inner = [](request& r) -> awaitable<response> { co_return response::text(r.remote_address()); };
    for (const auto& [from, seen] : {std::pair{"127.0.0.1", "192.0.2.1"}, std::pair{"192.0.2.9", "192.0.2.9"}}) {
        request req(verb::get, "/");
        req.set_remote_address(from);
        BOOST_REQUIRE(req.fields().add("X-Forwarded-For", "192.0.2.1").has_value());
        BOOST_TEST(text(run(around(req, inner))) == seen);
    }
}

BOOST_AUTO_TEST_SUITE_END()
