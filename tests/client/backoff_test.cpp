#include "client/backoff.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(backoff_test)

using namespace std::chrono_literals;
using rill::client::detail::backoff;
using rill::client::detail::parse_retry_after;

BOOST_AUTO_TEST_CASE(doubles_with_each_failure_up_to_the_maximum)
{
    backoff b(1s, 10s);
    BOOST_TEST((b.base() == 1s)); // after the end of a stream
    for (const auto expected : {1s, 2s, 4s, 8s, 10s, 10s}) {
        b.fail();
        BOOST_TEST((b.base() == expected));
    }
    BOOST_TEST(b.failures() == 6U);
    b.reset();
    BOOST_TEST((b.base() == 1s));
    BOOST_TEST(b.failures() == 0U);
}

BOOST_AUTO_TEST_CASE(the_server_may_set_the_initial_time)
{
    backoff b(1s, 10s);
    b.set_initial(250ms);
    BOOST_TEST((b.base() == 250ms));
    b.set_initial(60s); // it may exceed the maximum
    BOOST_TEST((b.base() == 60s));
    b.fail();
    b.fail();
    BOOST_TEST((b.base() == 60s));
    b.set_initial(0ms); // a server cannot cause a busy loop
    b.reset();
    BOOST_TEST((b.base() == 1ms));
}

BOOST_AUTO_TEST_CASE(times_differ_and_are_never_too_short)
{
    backoff b(1s, 10s);
    auto least = b.next();
    auto greatest = least;
    for (int i = 0; i < 100; ++i) {
        const auto time = b.next();
        least = std::min(least, time);
        greatest = std::max(greatest, time);
    }
    BOOST_TEST((least >= 1s && least < 1100ms));
    BOOST_TEST((greatest <= 1500ms && greatest > 1400ms));
    BOOST_TEST((b.next(20s) >= 20s));
    BOOST_TEST((b.next(500ms) >= 1s));
}

BOOST_AUTO_TEST_CASE(retry_after)
{
    const std::chrono::system_clock::time_point now(std::chrono::seconds(784'111'777)); // Sun, 06 Nov 1994 08:49:37 GMT
    BOOST_TEST((parse_retry_after("0", now) == 0ms));
    BOOST_TEST((parse_retry_after(" 120 ", now) == 120s));
    BOOST_TEST((parse_retry_after("86401", now) == 24h));
    BOOST_TEST((parse_retry_after("99999999999999999999999", now) == 24h));
    BOOST_TEST((parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now) == 30s));
    BOOST_TEST((parse_retry_after("Sun, 06 Nov 1994 08:49:07 GMT", now) == 0s));
    BOOST_TEST((parse_retry_after("Sun, 06 Nov 2094 08:49:07 GMT", now) == 24h));
    for (const auto* wrong : {"", "-1", "1.5", "soon", "1 s"}) {
        BOOST_TEST(!parse_retry_after(wrong, now).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
