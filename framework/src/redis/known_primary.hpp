#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rill::redis::detail {

/// The primary that the sentinels of a log name. Without sentinels, no server is known. Only the thread of the log
/// calls its functions.
class known_primary
{
public:
    using clock = std::chrono::steady_clock;

    /// The sentinels name this server. `version` is the config-epoch of their configuration.
    /// Returns false, and keeps the known server, if a newer configuration is known.
    bool learn(const std::string& server, std::uint64_t version);
    /// The known configuration may be lost: any configuration is accepted as the next one.
    void forget_version() noexcept { version_ = 0; }
    std::uint64_t version() const noexcept { return version_; }
    /// Whether the sentinels name another server.
    bool was_replaced(const std::string& server) const noexcept { return !server_.empty() && server_ != server; }

    /// An inquiry that began at this time has ended, with or without an answer.
    void asked(clock::time_point since) noexcept { asked_ = since; }
    /// Whether no inquiry has begun since this time and ended.
    bool is_older_than(clock::time_point time) const noexcept { return asked_ < time; }

private:
    std::string server_;
    std::uint64_t version_ = 0;
    clock::time_point asked_ = clock::time_point::min();
};

} // namespace rill::redis::detail
