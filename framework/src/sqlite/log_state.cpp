#include "sqlite/log_state.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <rill/sqlite/error.hpp>

namespace rill::sqlite::detail {

namespace {

// The file cannot tell how many ids were lost. The present time is greater than all of them, unless the clock was set
// back. This distance is for that case: a power loss loses far fewer events.
constexpr std::uint64_t max_lost_events = 1'000'000;

} // namespace

std::uint64_t microseconds_now() noexcept
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

state_table::state_table(database& db)
    : read_(db, "SELECT epoch, floor, last, events, bytes, unsynced, boot, device, inode, origin FROM rill_log"),
      write_(db, "UPDATE rill_log SET epoch = ?1, floor = ?2, last = ?3, events = ?4, bytes = ?5, unsynced = ?6, "
                 "boot = ?7, device = ?8, inode = ?9, origin = ?10")
{}

log_state state_table::read()
{
    const execution row(read_);
    if (!row->step()) {
        throw boost::system::system_error(make_error_code(SQLITE_CORRUPT));
    }
    return {.origin = row->number(9),
            .epoch = row->number(0),
            .floor = row->number(1),
            .last = row->number(2),
            .events = row->number(3),
            .bytes = row->number(4),
            .unsynced = row->number(5) != 0,
            .boot = std::string(row->text(6)),
            .file = {.device = row->number(7), .inode = row->number(8)}};
}

void state_table::write(const log_state& state)
{
    const execution row(write_);
    row->bind(1, state.epoch).bind(2, state.floor).bind(3, state.last).bind(4, state.events).bind(5, state.bytes);
    row->bind(6, std::uint64_t(state.unsynced)).bind(7, state.boot);
    row->bind(8, state.file.device).bind(9, state.file.inode).bind(10, state.origin);
    row->step();
}

// After a restart of the system, the same disk may have another device number.
bool may_have_lost(const log_state& state, const std::string& boot, const file_identity& file) noexcept
{
    const bool same_boot = !boot.empty() && state.boot == boot;
    if (state.file.inode != file.inode || (same_boot && state.file.device != file.device)) {
        return true;
    }
    return state.unsynced && !same_boot;
}

bool has_lost(const log_state& state, const known_position& known) noexcept
{
    return state.last < known.id || (state.epoch != known.epoch && state.epoch < known.id);
}

void begin_epoch(log_state& state, std::uint64_t known, const std::string& boot, const file_identity& file)
{
    state.epoch = std::max(microseconds_now(), std::max(state.last, known) + max_lost_events);
    state.origin = state.origin == 0 ? state.epoch : state.origin;
    state.floor = state.epoch;
    state.last = state.epoch;
    state.unsynced = false; // the first append in this epoch sets it again, and waits for the disk
    state.boot = boot;
    state.file = file;
}

} // namespace rill::sqlite::detail
