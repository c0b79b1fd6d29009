#include <rill/routing/middleware.hpp>

#include <stdexcept>

#include "support/middleware.hpp"

BOOST_AUTO_TEST_SUITE(timeout_suite)

namespace {

using namespace std::chrono_literals;

using rill::awaitable;
using rill::handler;
using rill::request;
using rill::response;
using rill::status;
using rill_test::manual_run;
using rill_test::plain;
using rill_test::text;

struct unwound
{
    bool& flag;
    ~unwound() { flag = true; }
};

} // namespace

BOOST_AUTO_TEST_CASE(in_time_and_late)
{
    bool gone = false;
    const handler slow = [&gone](request&) -> awaitable<response> {
        const unwound guard{gone};
        co_await rill::sleep_for(100ms);
        co_return response::text("slow");
    };
    const auto generous = rill::middleware::timeout(200ms);
    const auto strict = rill::middleware::timeout(50ms);
    request req;

    manual_run in_time(generous(req, slow));
    in_time.advance(99ms);
    BOOST_TEST(!in_time.done);
    in_time.advance(2ms); // the clock is between two ticks of the wheel
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
    const auto around = rill::middleware::timeout(50ms);
    manual_run at_once(around(req, plain));
    BOOST_REQUIRE(at_once.done);
    BOOST_TEST(text(at_once.result) == "body");
}

BOOST_AUTO_TEST_CASE(exceptions_are_passed_on)
{
    const handler failing = [](request&) -> awaitable<response> {
        co_await rill::sleep_for(10ms);
        throw std::runtime_error("handler's");
    };
    request req;
    const auto around = rill::middleware::timeout(50ms);
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
    const auto around = rill::middleware::timeout(50ms);
    manual_run left(around(req, slow));
    left.cancel();
    BOOST_REQUIRE(left.done);
    BOOST_TEST(gone);
    BOOST_TEST(left.aborted());
}

BOOST_AUTO_TEST_CASE(the_maximum_time_does_not_overflow)
{
    const handler slow = [](request&) -> awaitable<response> {
        co_await rill::sleep_for(100ms);
        co_return response::text("slow");
    };
    request req;
    const auto patient = rill::middleware::timeout(std::chrono::hours::max());
    manual_run run(patient(req, slow));
    run.advance(200ms);
    BOOST_REQUIRE(run.done);
    BOOST_TEST(!run.error);
    BOOST_TEST(text(run.result) == "slow");
}

BOOST_AUTO_TEST_SUITE_END()
