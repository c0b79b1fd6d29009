#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <tl/expected.hpp>

namespace bench {

/// The endpoint under test, from its URL.
struct target
{
    sockaddr_storage address{};
    socklen_t address_size = 0;
    std::string host; ///< host and port as the Host field has them
    std::string path; ///< with the query
    /// From `ms=N` in the query: how often each stream is sent an event.
    std::optional<std::chrono::nanoseconds> period;
    /// On 127.0.0.0/8: every stream may choose its source address there.
    bool has_many_sources = false;

    std::string url() const { return "http://" + host + path; }
};

/// Reads `http://host:port/path?query`. The host is an address or a name; it must be on the loopback interface unless
/// `allow_remote`, as a load generator must not be pointed at strangers by mistake.
tl::expected<target, std::string> parse_target(std::string_view url, bool allow_remote);

} // namespace bench
