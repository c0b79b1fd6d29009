#pragma once

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

/// Child processes that do not outlive this one, however it ends: those that it leaves behind are killed by the kernel.
///
/// Keyboard signals are ignored in the children: what they mean is the parent's decision.
class process_group
{
public:
    process_group() = default;
    process_group(const process_group&) = delete;
    process_group& operator=(const process_group&) = delete;
    /// Kills and reaps those that are left.
    ~process_group();

    /// Forks a child that runs `body` and ends. To be called before this process has threads. Throws std::system_error.
    void spawn(const std::function<void()>& body);

    const std::vector<pid_t>& pids() const noexcept { return pids_; }

    /// Says so if a child has ended, in words; does not wait.
    std::optional<std::string> ended();

    /// Waits until all have ended by themselves. After `patience` seconds those that are left are killed.
    void join(double patience);

private:
    std::vector<pid_t> pids_;
};

} // namespace bench
