#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <sqlite3.h>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "history/log_servers.hpp"

namespace history {

namespace {

using namespace std::chrono_literals;

constexpr rlim_t file_limit = 64UL * 1024;

/// A file system in memory that can be full. Other processes do not see it. It ends with this process.
class small_disk
{
public:
    explicit small_disk(const std::string& path) : path_(path)
    {
        std::filesystem::create_directories(path);
        is_mounted_ = ::unshare(CLONE_NEWNS) == 0 &&
                      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                      ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=64m") == 0;
    }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    ~small_disk()
    {
        if (is_mounted_) {
            ::umount2(path_.c_str(), MNT_DETACH);
        }
    }

    bool is_mounted() const noexcept { return is_mounted_; }

    void fill() const
    {
        const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        for (off_t piece = 1024L * 1024, at = 0; piece >= 4096;) {
            if (::posix_fallocate(file, at, piece) == 0) {
                at += piece;
            } else {
                piece /= 2;
            }
        }
        ::close(file);
    }
    void make_room() const { ::unlink(filler().c_str()); }

private:
    std::string filler() const { return path_ + "/filler"; }

    std::string path_;
    bool is_mounted_ = false;
};

/// One SQLite file that all rill processes share.
class sqlite_file final : public log_servers
{
public:
    explicit sqlite_file(log_options options)
        : options_(std::move(options)), disk_(options_.directory + "/disk"),
          file_(options_.directory + "/disk/history.sqlite")
    {}
    ~sqlite_file() override { unlock(); }

    std::string store(std::size_t) const override { return "sqlite:" + file_; }
    std::vector<fault_kind> faults() const override
    {
        return {{"lock", 100ms, 2'500ms}, {"full disk", 100ms, 2'000ms}};
    }
    bool allows_gaps() const override { return false; }

    void begin(const fault& f) override
    {
        if (f.name == "lock") {
            lock();
        } else if (disk_.is_mounted()) {
            disk_.fill();
        } else {
            limit_files(file_limit);
        }
    }

    void end(const fault& f) override
    {
        if (f.name == "lock") {
            unlock();
        } else if (disk_.is_mounted()) {
            disk_.make_room();
        } else {
            limit_files(RLIM_INFINITY);
        }
    }

private:
    void lock()
    {
        if (::sqlite3_open(file_.c_str(), &connection_) != SQLITE_OK) {
            throw std::runtime_error("the SQLite file cannot be opened");
        }
        ::sqlite3_busy_timeout(connection_, 5'000);
        ::sqlite3_exec(connection_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    }
    void unlock()
    {
        if (connection_ != nullptr) {
            ::sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
            ::sqlite3_close(connection_);
            connection_ = nullptr;
        }
    }
    // A process that starts later has no limit.
    void limit_files(rlim_t size) const
    {
        for (std::size_t i = 0; i < options_.nodes; ++i) {
            if (const auto pid = options_.pid_of_node(i); pid > 0) {
                const rlimit limit{size, RLIM_INFINITY};
                ::prlimit(pid, RLIMIT_FSIZE, &limit, nullptr);
            }
        }
    }

    log_options options_;
    small_disk disk_;
    std::string file_;
    sqlite3* connection_ = nullptr;
};

} // namespace

std::unique_ptr<log_servers> make_sqlite_files(const log_options& options)
{
    return std::make_unique<sqlite_file>(options);
}

} // namespace history
