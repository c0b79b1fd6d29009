#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// The settings for starting a program.
struct program_start
{
    std::vector<std::string> command; ///< path and arguments
    std::optional<unsigned> core{};   ///< the only core that the program may use
    std::string log;                  ///< the output of the program is appended to this file
};

/// A running program. The destructor ends it. If this process ends for any reason, the kernel kills it. The program has
/// its own process group. Therefore Ctrl-C does not reach it, and stop() also kills its children.
class child_program
{
public:
    /// Returns an error message if the program cannot be executed.
    static tl::expected<std::unique_ptr<child_program>, std::string> start(const program_start& how);

    child_program(const child_program&) = delete;
    child_program& operator=(const child_program&) = delete;
    ~child_program();

    pid_t pid() const noexcept { return pid_; }

    /// Returns the exit code, or 128 plus the signal. Empty while the program runs. Does not wait.
    std::optional<int> exit_code();

    /// Sends SIGTERM. Sends SIGKILL after `timeout` seconds.
    void stop(double timeout);

private:
    explicit child_program(pid_t pid) : pid_(pid) {}

    pid_t pid_;
    std::optional<int> exit_code_;
};

/// Returns a process and all its descendants.
std::vector<pid_t> process_tree(pid_t pid);

} // namespace bench
