#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace outside {

struct server_settings
{
    std::vector<std::string> command{};
    std::optional<rlim_t> files{};                                  ///< how many it may have open
    std::vector<std::pair<std::string, std::string>> environment{}; ///< in addition to ours
};

/// A server in a process of its own, and what can be seen of it and its children from outside. It dies with this one.
class server
{
public:
    /// Starts it and waits until it listens; ends this program when it does not within 10 s.
    server(const server_settings& how, std::uint16_t port);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    /// By SIGTERM, and SIGKILL 10 s later.
    ~server();

    pid_t pid() const noexcept { return pid_; }
    /// Whether it has not ended yet; afterwards `status()` is that of waitpid(2).
    bool lives();
    int status() const noexcept { return status_; }

    std::size_t descriptors() const;
    /// In KiB: what is no file, where what its processes share counts once. Of a file's pages a process's share depends
    /// on who else maps them: the libraries, whoever comes and goes meanwhile.
    long own_memory() const { return memory("smaps_rollup", "Pss_Anon:") + memory("smaps_rollup", "Pss_Shmem:"); }
    /// In KiB: the most that was resident since start_peak(), however short.
    long peak_memory() const;
    void start_peak() const;
    double cpu_seconds() const;

    /// What it has written to standard error so far.
    std::string log() const;
    /// How many lines of it there are.
    std::size_t log_lines() const;

private:
    [[noreturn]] void become(const server_settings& how) const;
    /// With its descendants.
    std::vector<pid_t> processes() const;
    long memory(const char* where, const char* what) const;

    int log_; ///< a file in memory
    pid_t pid_;
    bool ended_ = false;
    int status_ = 0;
};

/// Says why and ends the program.
[[noreturn]] void fail(const std::string& why);

/// The value of one of the options that the command line begins with, which is taken out of it; or the default.
std::string take_option(int& argc, char** argv, std::string_view name, const char* otherwise);

} // namespace outside
