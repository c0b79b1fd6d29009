#pragma once

namespace upstream {

/// How many prime numbers are less than `limit`. Takes a second for some millions: a function that blocks its thread,
/// as a password hash, a query of SQLite or the compression of a picture does.
int count_primes(int limit);

} // namespace upstream
