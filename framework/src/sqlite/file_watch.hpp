#pragma once

#include <chrono>
#include <string>

namespace rill::sqlite::detail {

/// Waits until another thread calls notify(), or until any process writes to the write-ahead log of a database.
class file_watch
{
public:
    /// Throws boost::system::system_error if the process has no descriptor left.
    file_watch();
    file_watch(const file_watch&) = delete;
    file_watch& operator=(const file_watch&) = delete;
    ~file_watch();

    /// Watches FILE-wal, which must exist. Without inotify, wait() only sees notify() and its timeout.
    /// @return whether changes of the file are seen
    bool watch(const std::string& file);
    /// Thread-safe.
    void notify() noexcept;
    /// @return whether the file was written
    bool wait(std::chrono::milliseconds timeout) noexcept;

private:
    int event_ = -1;
    int inotify_ = -1;
    int watched_ = -1;
};

} // namespace rill::sqlite::detail
