#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <rill/sqlite/options.hpp>

namespace rill::sqlite::detail {

/// Copies the write-ahead log into the database, on a thread of its own. A checkpoint waits for the disk, and the
/// appends must not wait for it. Thread-safe.
class checkpointer
{
public:
    explicit checkpointer(const backplane_options& options) : options_(options) {}

    /// Called after each commit.
    /// @param pages  the size of the write-ahead log
    void on_commit(std::size_t pages);
    /// Runs until stop().
    void run();
    void stop();

private:
    void checkpoint(std::size_t pages) const noexcept;

    const backplane_options& options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t pages_ = 0;     ///< the size of the write-ahead log at the last commit
    std::size_t requested_ = 0; ///< its size when a checkpoint was requested
    bool wanted_ = false;
    bool stopped_ = false;
};

} // namespace rill::sqlite::detail
