#include "upstream/primes.hpp"

namespace upstream {

namespace {

bool is_prime(int number)
{
    for (long divisor = 2; divisor * divisor <= number; ++divisor) {
        if (number % divisor == 0) {
            return false;
        }
    }
    return number >= 2;
}

} // namespace

int count_primes(int limit)
{
    int count = 0;
    for (int number = 2; number < limit; ++number) {
        count += is_prime(number) ? 1 : 0;
    }
    return count;
}

} // namespace upstream
