#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>

#include "harness/target.hpp"

namespace bench {

/// An answer to a request.
struct fetched
{
    int status = 0;
    std::string body;
};

/// Asks the target's server for another path, and waits for the answer. Fails, in words, when there is none, or no
/// complete one, within `patience`, and when it is longer than 1 MiB.
tl::expected<fetched, std::string> fetch(const target& from, const std::string& path,
                                         std::chrono::milliseconds patience);

} // namespace bench
