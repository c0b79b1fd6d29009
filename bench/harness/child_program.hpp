#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// How a program is to be started.
struct program_start
{
    std::vector<std::string> command; ///< a path, and the arguments
    std::optional<unsigned> core{};   ///< the only one that it may run on
    std::string log;                  ///< a file that gets what it prints, at its end
};

/// Another program, which does not outlive this object; nor this process, however that ends: the kernel kills it then.
/// It has a process group of its own, so that Ctrl-C is this process' decision, and its children go with it.
class child_program
{
public:
    /// Fails, in words, when the program can't be executed.
    static tl::expected<std::unique_ptr<child_program>, std::string> start(const program_start& how);

    child_program(const child_program&) = delete;
    child_program& operator=(const child_program&) = delete;
    ~child_program();

    pid_t pid() const noexcept { return pid_; }

    /// The exit code, or 128 and the signal; nothing while it runs. Does not wait.
    std::optional<int> exit_code();

    /// Asks it to end, and kills it when it has not after `patience` seconds.
    void stop(double patience);

private:
    explicit child_program(pid_t pid) : pid_(pid) {}

    pid_t pid_;
    std::optional<int> exit_code_;
};

/// A process and those that it, or one of them, has started.
std::vector<pid_t> with_descendants(pid_t pid);

/// The last line of a text file that says anything; empty when there is none.
std::string last_line(const std::string& file);

} // namespace bench
