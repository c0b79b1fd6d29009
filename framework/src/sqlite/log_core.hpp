#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "sqlite/append_queue.hpp"
#include "sqlite/checkpointer.hpp"
#include "sqlite/committer.hpp"
#include "sqlite/deliverer.hpp"
#include "sqlite/file_watch.hpp"
#include "sqlite/past_reader.hpp"
#include "sqlite/reader_list.hpp"
#include "sqlite/status.hpp"

namespace rill::sqlite::detail {

/// The parts of a log. Its threads share it.
///
/// The writer thread owns one connection. It repeats a cycle: it takes all waiting appends, commits them in one
/// transaction, delivers the new events, and acknowledges the appends. Without appends, it delivers the events of other
/// processes.
class log_core
{
public:
    /// Opens the file. Throws as log_file.
    log_core(backplane_options options, environment system);

    // For publishers and subscribers. Thread-safe.

    result<pubsub::log_id> append(pubsub::event_draft event, const pubsub::backplane::append_options& options,
                                  pubsub::backplane::appended done);
    void tail(pubsub::backplane::reader& r, std::size_t max_past_events);
    reader_list& readers() noexcept { return readers_; }
    past_reader& past() noexcept { return past_; }
    pubsub::backplane_stats stats() const;
    /// The number of transactions that have appended events.
    std::uint64_t transactions() const noexcept { return transactions_; }

    // For the threads.

    /// Runs until stop(). Then commits the appends that wait, and closes the file.
    void write();
    checkpointer& checkpoints() noexcept { return checkpoints_; }
    void stop();

private:
    using clock = std::chrono::steady_clock;

    void cycle();
    bool open_again();
    void open(std::unique_ptr<log_file> log);
    void commit(std::vector<pending_append> batch);
    void follow_others();
    void trim_sometimes();
    void fail(std::vector<pending_append>& batch, error_code code);
    void on_failure(status::work w, error_code code, std::string_view what);
    std::chrono::milliseconds pause(bool changed);
    static int on_commit(void* self, sqlite3* db, const char* name, int pages) noexcept;

    const backplane_options options_;
    const environment system_;
    append_queue queue_;
    file_watch watch_;
    reader_list readers_;
    status status_;
    std::atomic<std::uint64_t> epoch_ = 0;
    std::atomic<std::uint64_t> pending_ = 0;
    std::atomic<std::uint64_t> lag_ = 0;
    std::atomic<std::uint64_t> transactions_ = 0;
    std::atomic<bool> stopped_ = false;
    past_reader past_;
    checkpointer checkpoints_;

    // For the writer thread only.
    committer committer_;
    deliverer deliverer_;
    std::unique_ptr<log_file> log_; ///< empty after a failure, until the file can be opened again
    error_code failure_;
    clock::time_point next_try_{};
    clock::duration backoff_{};
    clock::time_point changed_at_{}; ///< the last change of the file that inotify reported
    clock::time_point next_trim_{};
    bool is_watched_ = false;
};

} // namespace rill::sqlite::detail
