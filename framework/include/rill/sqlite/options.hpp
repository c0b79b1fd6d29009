#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <rill/http/observer.hpp>
#include <string>
#include <string_view>

namespace rill::sqlite {

/// Defines which failures an acknowledged event survives. With each value, it survives the end of the process at any
/// moment, including `kill -9`.
enum class durability : unsigned char
{
    /// A power loss or a crash of the kernel may lose the newest events. The next start detects this and begins a new
    /// epoch: streams get a `gap` notice.
    normal,
    /// An acknowledged event survives a power loss, if the disk keeps its promises. Each transaction waits for the
    /// disk.
    full,
};

/// Limits of the events in the file. The oldest events are removed first.
struct retention_limits
{
    std::uint64_t max_events = 1'000'000;           ///< at least 1
    std::uint64_t max_bytes = 1024UL * 1024 * 1024; ///< sum of event_draft::footprint(); the newest event is kept
    std::chrono::milliseconds max_age{0};           ///< 0: no limit
};

struct backplane_options
{
    /// The path of the database. The directory must exist. SQLite adds the files FILE-wal and FILE-shm. The file must
    /// be on a local disk, because WAL mode does not work on network file systems.
    std::string file{};
    rill::sqlite::durability durability = rill::sqlite::durability::normal;
    retention_limits retention{};
    /// Maximum number of events that wait for the file. Above these limits, append() fails with error::log_overloaded.
    std::size_t max_pending_events = 65'536;
    std::size_t max_pending_bytes = 64UL * 1024 * 1024; ///< sum of event_draft::footprint(); one event may always wait
    /// How long a transaction waits while another process locks the file. After that time its appends fail.
    std::chrono::milliseconds busy_timeout{5'000};
    /// Minimum number of newest idempotency keys that the log remembers, also those of removed events.
    std::uint64_t idempotency_keys = 100'000;
    /// Opens an existing file without the right to write. append() then fails, reading and live delivery work.
    bool read_only = false;
    /// Receives messages about failures and their end. Threads of the log call it. It must neither block nor throw.
    std::function<void(log_level, std::string_view)> log{};
};

} // namespace rill::sqlite
