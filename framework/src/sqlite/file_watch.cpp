#include "sqlite/file_watch.hpp"

#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace rill::sqlite::detail {

file_watch::file_watch() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    if (event_ < 0) {
        throw boost::system::system_error(errno, boost::system::system_category(), "eventfd");
    }
    inotify_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

file_watch::~file_watch()
{
    ::close(event_);
    if (inotify_ >= 0) {
        ::close(inotify_);
    }
}

bool file_watch::watch(const std::string& file)
{
    if (inotify_ < 0) {
        return false;
    }
    const int added = ::inotify_add_watch(inotify_, (file + "-wal").c_str(), IN_MODIFY);
    if (watched_ >= 0 && added != watched_) {
        ::inotify_rm_watch(inotify_, watched_);
    }
    watched_ = added;
    return watched_ >= 0;
}

void file_watch::notify() noexcept
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one); // a full counter is a notification, too
}

bool file_watch::wait(std::chrono::milliseconds timeout) noexcept
{
    std::array<pollfd, 2> files{pollfd{event_, POLLIN, 0}, pollfd{inotify_, POLLIN, 0}};
    ::poll(files.data(), files.size(), static_cast<int>(timeout.count()));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto notified = ::read(event_, &count, sizeof count);
    bool changed = false;
    std::array<char, 4096> buffer{};
    while (inotify_ >= 0 && ::read(inotify_, buffer.data(), buffer.size()) > 0) {
        changed = true;
    }
    return changed;
}

} // namespace rill::sqlite::detail
