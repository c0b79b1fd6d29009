#pragma once

#include <atomic>
#include <vector>

#include "sqlite/append_queue.hpp"
#include "sqlite/log_file.hpp"
#include "sqlite/reader_list.hpp"
#include "sqlite/status.hpp"

namespace rill::sqlite::detail {

/// Passes events to the readers in the order of their ids: those of this process, which are in memory, and those of
/// other processes, which it reads from the file. Only one thread calls it. The functions that read throw
/// boost::system::system_error.
class deliverer
{
public:
    deliverer(reader_list& readers, status& counters, std::atomic<std::uint64_t>& epoch)
        : readers_(readers), status_(counters), epoch_(epoch)
    {}

    /// The readers have got every event up to this id, or a gap.
    known_position delivered() const noexcept { return {epoch_, delivered_}; }

    /// Sets the start: the present end of the log.
    void begin(const log_state& state);
    /// Starts the new readers, with some of the past.
    void start_new(log_file& log);
    /// Delivers the events of the file up to `until`. Reports a gap if the epoch has changed, or if events are missing.
    void follow(log_file& log, const log_state& state, std::uint64_t until);
    /// Delivers events that this process has appended. Before them, delivers the events that other processes have
    /// appended. If it cannot read these, it reports a gap.
    void deliver(log_file& log, const log_state& state, std::vector<pending_append>& batch);

private:
    void begin_reader(log_file& log, reader_list::reader& r, std::size_t max_past_events);
    void read_past(log_file& log, reader_list::reader& r, std::uint64_t after) const;
    void gap(std::uint64_t id, std::string_view why);

    reader_list& readers_;
    status& status_;
    std::atomic<std::uint64_t>& epoch_;
    std::uint64_t delivered_ = 0;
};

} // namespace rill::sqlite::detail
