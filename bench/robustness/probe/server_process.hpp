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
    std::vector<std::pair<std::string, std::string>> environment{}; ///< in addition to the environment of this process
};

/// A server in its own process. The functions observe it and its children from outside. The kernel kills it when this
/// process ends.
class server_process
{
public:
    /// Starts the server and waits until it listens. Ends this program when it does not listen within 10 s.
    server_process(const server_options& how, std::uint16_t port);
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;
    /// Sends SIGTERM, and SIGKILL after 10 s.
    ~server_process();

    pid_t pid() const noexcept { return pid_; }
    /// Whether the server is running. After its end, status() is the status of waitpid(2).
    bool is_running();
    int status() const noexcept { return status_; }

    std::size_t descriptors() const;
    /// Memory in KiB without mapped files. Memory that its processes share counts once. Mapped files do not count,
    /// because the share of a process depends on the other processes that map the same libraries.
    long own_memory() const { return memory("smaps_rollup", "Pss_Anon:") + memory("smaps_rollup", "Pss_Shmem:"); }
    /// The maximum of the resident memory since start_peak(), in KiB.
    long peak_memory() const;
    void start_peak() const;
    double cpu_seconds() const;

    /// The output of the server to standard error so far.
    std::string log() const;
    /// The number of lines of log().
    std::size_t log_lines() const;

private:
    [[noreturn]] void execute(const server_options& how) const;
    /// The server and its descendants.
    std::vector<pid_t> processes() const;
    long memory(const char* where, const char* what) const;

    int log_; ///< a file in memory
    pid_t pid_;
    bool ended_ = false;
    int status_ = 0;
};

/// Prints an error and ends the program.
[[noreturn]] void fail(const std::string& reason);

/// Removes an option from the start of the command line and returns its value, or `default_value` if it is missing.
std::string take_option(int& argc, char** argv, std::string_view name, const char* default_value);

} // namespace probe
