#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// How to start a program.
struct program_start
{
    std::vector<std::string> command; ///< path and arguments
    std::optional<unsigned> core{};   ///< the only core that the program may use
    std::string log;                  ///< the output of the program is appended to this file
};

/// A running program. It ends with this object at the latest, and the kernel kills it when this process ends for any
/// reason. It has its own process group: Ctrl-C does not reach it, and stop() also kills its children.
class child_program
{
public:
    /// Fails, with a message, when the program cannot be executed.
    static tl::expected<std::unique_ptr<child_program>, std::string> start(const program_start& how);

    child_program(const child_program&) = delete;
    child_program& operator=(const child_program&) = delete;
    ~child_program();

    pid_t pid() const noexcept { return pid_; }

    /// The exit code, or 128 plus the signal. Empty while the program runs. Does not wait.
    std::optional<int> exit_code();

    /// Sends SIGTERM, and SIGKILL after `timeout` seconds.
    void stop(double timeout);

private:
    explicit child_program(pid_t pid) : pid_(pid) {}

    pid_t pid_;
    std::optional<int> exit_code_;
};

/// A process and all its descendants.
std::vector<pid_t> process_tree(pid_t pid);

} // namespace bench
