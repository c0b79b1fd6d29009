#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <tl/expected.hpp>

namespace bench {

/// The endpoint under test, parsed from its URL.
struct target
{
    sockaddr_storage address{};
    socklen_t address_size = 0;
    std::string host; ///< host and port in the form of the Host field
    std::string path; ///< includes the query
    /// The period of the events of a stream, from `ms=N` in the query.
    std::optional<std::chrono::nanoseconds> period;
    /// Whether the target is in 127.0.0.0/8. Then each stream can choose a source address there.
    bool has_many_sources = false;

    std::string url() const { return "http://" + host + path; }
};

/// Parses `http://host:port/path?query`. The host is an address or a name. It must be on the loopback interface unless
/// `allow_remote` is true. This protects other machines from load by mistake.
tl::expected<target, std::string> parse_target(std::string_view url, bool allow_remote);

} // namespace bench
