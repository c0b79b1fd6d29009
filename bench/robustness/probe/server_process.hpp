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

namespace probe {

struct server_options
{
    std::vector<std::string> command{};
    std::optional<rlim_t> max_open_files{};                         ///< RLIMIT_NOFILE
    std::vector<std::pair<std::string, std::string>> environment{}; ///< added to the environment of this process
};

/// A server in its own process. The functions observe the server and its children from outside. If this process ends,
/// the kernel kills the server.
class server_process
{
public:
    /// Starts the server and waits until it listens. If it does not listen within 10 s, this program ends.
    server_process(const server_options& how, std::uint16_t port);
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;
    /// Sends SIGTERM. Sends SIGKILL after 10 s.
    ~server_process();

    pid_t pid() const noexcept { return pid_; }
    /// Whether the server is running. After the server has ended, status() is the status of waitpid(2).
    bool is_running();
    int status() const noexcept { return status_; }

    std::size_t descriptors() const;
    /// Returns the memory in KiB without mapped files. Memory that the processes of the server share counts once.
    /// Mapped files do not count, because the share of a process depends on the other processes that map the same
    /// libraries.
    long own_memory() const { return memory("smaps_rollup", "Pss_Anon:") + memory("smaps_rollup", "Pss_Shmem:"); }
    /// Returns the maximum of the resident memory since start_peak(), in KiB.
    long peak_memory() const;
    void start_peak() const;
    double cpu_seconds() const;

    /// Returns the output of the server to standard error so far.
    std::string log() const;
    /// Returns the number of lines of log().
    std::size_t log_lines() const;

private:
    [[noreturn]] void execute(const server_options& how) const;
    /// Returns the server and its descendants.
    std::vector<pid_t> processes() const;
    long memory(const char* where, const char* what) const;

    int log_; ///< a file in memory
    pid_t pid_;
    bool ended_ = false;
    int status_ = 0;
};

/// Prints an error and ends the program.
[[noreturn]] void fail(const std::string& reason);

/// Removes an option from the start of the command line and returns its value. Returns `default_value` if the option is
/// missing.
std::string take_option(int& argc, char** argv, std::string_view name, const char* default_value);

} // namespace probe
