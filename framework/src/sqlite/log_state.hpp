#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "sqlite/database.hpp"
#include "sqlite/identity.hpp"

namespace rill::sqlite::detail {

/// The row of the table rill_log. Each transaction that appends events also updates it.
struct log_state
{
    std::uint64_t origin = 0; ///< the position at which the first epoch began
    std::uint64_t epoch = 0;  ///< the position at which the epoch begins; its first event has the next id
    std::uint64_t floor = 0;  ///< the log holds every event of the epoch after this id; it begins with `epoch`
    std::uint64_t last = 0;   ///< the id of the newest event, or `epoch`
    std::uint64_t events = 0; ///< the number of events in the file
    std::uint64_t bytes = 0;  ///< the sum of their footprints
    /// An acknowledged transaction may be missing on the disk. If the file is opened in another run of the kernel,
    /// events may be lost.
    bool unsynced = false;
    std::string boot{}; ///< the run of the kernel in which `unsynced` was set
    file_identity file{};
};

/// Reads and writes the row.
class state_table
{
public:
    explicit state_table(database& db);

    /// Throws SQLITE_CORRUPT if there is no row.
    log_state read();
    void write(const log_state& state);

private:
    statement read_;
    statement write_;
};

/// Whether events may be missing before the newest one, so that ids could be used again. Uses `boot` and `file`, the
/// present values.
bool may_have_lost(const log_state& state, const std::string& boot, const file_identity& file) noexcept;

/// Begins an epoch. Its ids are greater than every id that the log has assigned.
/// @param known  the greatest id that the process knows
void begin_epoch(log_state& state, std::uint64_t known, const std::string& boot, const file_identity& file);

/// A position that a process knows.
struct known_position
{
    std::uint64_t epoch = 0;
    std::uint64_t id = 0;
};

/// Whether the log no longer has the position, and its next ids may be ones that the process has seen.
bool has_lost(const log_state& state, const known_position& known) noexcept;

/// The present time in microseconds since 1970.
std::uint64_t microseconds_now() noexcept;

} // namespace rill::sqlite::detail
