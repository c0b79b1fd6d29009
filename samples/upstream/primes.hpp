#pragma once

namespace upstream {

/// The number of primes less than `limit`. Takes a second for some millions. It blocks its thread, as a password hash,
/// a query of SQLite or the compression of a picture does.
int count_primes(int limit);

} // namespace upstream
