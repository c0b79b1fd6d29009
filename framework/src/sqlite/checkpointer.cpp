#include "sqlite/checkpointer.hpp"

#include <boost/system/system_error.hpp>

#include "sqlite/database.hpp"

namespace rill::sqlite::detail {

namespace {

constexpr std::size_t checkpoint_every = 1'000; // pages of 4 KiB
// The file grows while events are appended without a pause. Above this size, the appends wait until all pages are
// copied, and the file begins again.
constexpr std::size_t max_pages = 16'384;

} // namespace

void checkpointer::on_commit(std::size_t pages)
{
    const std::lock_guard lock(mutex_);
    requested_ = pages < pages_ ? 0 : requested_; // the file has begun again
    pages_ = pages;
    if (pages_ >= requested_ + checkpoint_every) {
        requested_ = pages_;
        wanted_ = true;
        changed_.notify_one();
    }
}

// A checkpoint that fails is repeated after further commits. If the disk has an error, a commit reports it.
void checkpointer::checkpoint(std::size_t pages) const noexcept
{
    try {
        database db(options_.file, database::access::write, options_.busy_timeout);
        ask(db, "PRAGMA user_version"); // before its first read, a connection does not know the write-ahead log
        sqlite3_wal_checkpoint_v2(db.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        if (pages > max_pages) {
            sqlite3_wal_checkpoint_v2(db.get(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
        }
    } catch (const std::exception&) {
    }
}

void checkpointer::run()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopped_ || wanted_; });
        if (stopped_) {
            return;
        }
        wanted_ = false;
        const auto pages = pages_;
        lock.unlock();
        checkpoint(pages);
        lock.lock();
    }
}

void checkpointer::stop()
{
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_one();
}

} // namespace rill::sqlite::detail
