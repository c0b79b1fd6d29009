#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>

#include "harness/client/target.hpp"

namespace bench {

/// A complete response.
struct fetched
{
    int status = 0;
    std::string body;
};

/// Requests another path of the target's server and waits for the response. Returns an error message if the response is
/// not complete within `timeout`, or if the body is larger than 1 MiB.
tl::expected<fetched, std::string> fetch(const target& from, const std::string& path,
                                         std::chrono::milliseconds timeout);

} // namespace bench
