#pragma once

namespace upstream {

/// Returns the number of primes less than `limit`. A limit of some millions takes about a second. The function blocks
/// its thread. Other examples of such functions are a password hash, an SQLite query, and image compression.
int count_primes(int limit);

} // namespace upstream
