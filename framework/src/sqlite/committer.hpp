#pragma once

#include <vector>

#include "sqlite/append_queue.hpp"
#include "sqlite/log_file.hpp"

namespace rill::sqlite::detail {

/// Appends events to the file.
class committer
{
public:
    committer(const backplane_options& options, const environment& system) : options_(options), system_(system) {}

    /// Appends the events in one transaction, and sets their ids. Also removes old events.
    ///
    /// Throws boost::system::system_error. No event is then appended, unless the code is error::outcome_unknown.
    /// @param delivered  the last event that the readers have got. If the log has lost it, a new epoch begins
    /// @return the state of the log after the transaction
    log_state append(log_file& log, std::vector<pending_append>& batch, const known_position& delivered);

    /// Removes old events, at most a limited number of them. Throws boost::system::system_error.
    /// @return whether there are more
    bool trim(log_file& log);

    /// Begins a new epoch if the log has lost the event `delivered`.
    void begin_epoch_if_lost(log_file& log, const known_position& delivered);

    /// Marks in the file that no acknowledged transaction is missing on the disk. Called at the end.
    void mark_synced(log_file& log);

private:
    void insert(log_file& log, log_state& state, pending_append& append);

    const backplane_options& options_;
    const environment& system_;
    std::uint64_t new_keys_ = UINT64_MAX; ///< keys since old keys were removed
};

/// The error of the appends of a transaction whose COMMIT failed with this code of SQLite.
error_code outcome_of_commit(int code) noexcept;

} // namespace rill::sqlite::detail
