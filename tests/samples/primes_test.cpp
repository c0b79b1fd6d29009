#include <boost/test/unit_test.hpp>
#include <upstream/primes.hpp>

BOOST_AUTO_TEST_SUITE(primes_test)

BOOST_AUTO_TEST_CASE(counts_the_primes_below_a_limit)
{
    BOOST_TEST(upstream::count_primes(-5) == 0);
    BOOST_TEST(upstream::count_primes(2) == 0);
    BOOST_TEST(upstream::count_primes(3) == 1);
    BOOST_TEST(upstream::count_primes(10) == 4);
    BOOST_TEST(upstream::count_primes(10'000) == 1229);
}

BOOST_AUTO_TEST_SUITE_END()
