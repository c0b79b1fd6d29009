#pragma once

#include <memory>
#include <rill/sqlite/options.hpp>

#include "sqlite/event_table.hpp"
#include "sqlite/log_state.hpp"

namespace rill::sqlite::detail {

/// Describes the system to a log. Tests pass other values.
struct environment
{
    std::string boot = boot_id();
};

/// An open log: the connection and its statements.
class log_file
{
public:
    /// Opens the file. With access::create, creates the file and the tables, begins an epoch if events may have been
    /// lost, and uses WAL mode. Throws boost::system::system_error. Its message names the file and the failed step.
    log_file(const backplane_options& options, database::access access, const environment& system);

    database& db() noexcept { return db_; }
    state_table& state() noexcept { return *state_; }
    event_table& events() noexcept { return *events_; }
    /// The identity of the file when it was opened.
    const file_identity& identity() const noexcept { return identity_; }
    /// Whether the path still leads to this file.
    bool is_current() const noexcept;

    /// Marks in the file that an acknowledged transaction may be missing on the disk. Waits for the disk.
    void mark_unsynced(const environment& system);

private:
    void create_tables();
    void begin_epoch_if_lost(const environment& system);

    std::string path_;
    database db_;
    file_identity identity_;
    std::unique_ptr<state_table> state_;
    std::unique_ptr<event_table> events_;
};

} // namespace rill::sqlite::detail
