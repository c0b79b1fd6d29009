#include <rill/http/make_handler.hpp>

#include "../support/run.hpp"

#include <chrono>

namespace {

using rill::status;
using rill::verb;
using rill_test::run;
using rill_test::text;

rill::awaitable<rill::response> ticks(rill::query<"ms", rill::bounded<int, 10, 60000>, 2000> ms)
{
    co_return rill::response::text(std::to_string(std::chrono::milliseconds(ms).count()));
}

BOOST_AUTO_TEST_CASE(parameters_are_taken_from_the_request)
{
    const auto handle = rill::make_handler(ticks);
    BOOST_TEST(text(run(handle, verb::get, "/")) == "2000");
    BOOST_TEST(text(run(handle, verb::get, "/?ms=10")) == "10");
    const auto refused = run(handle, verb::get, "/?ms=5");
    BOOST_TEST((refused.status() == status::bad_request));
    BOOST_TEST(text(refused).find("query parameter 'ms': '5' is not allowed: must be a number from 10 to 60000") !=
               std::string::npos);
}

} // namespace
