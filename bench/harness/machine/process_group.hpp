#pragma once

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

/// Child processes that never outlive this process. If this process ends for any reason, the kernel kills them.
///
/// The children ignore keyboard signals, because the parent decides how to react to them.
class process_group
{
public:
    process_group() = default;
    process_group(const process_group&) = delete;
    process_group& operator=(const process_group&) = delete;
    /// Kills and reaps the remaining children.
    ~process_group();

    /// Forks a child that runs `body` and then ends. The caller must not have started a thread yet. Throws
    /// std::system_error.
    void spawn(const std::function<void()>& body);

    const std::vector<pid_t>& pids() const noexcept { return pids_; }

    /// Describes a child that has ended, if there is one. Does not wait.
    std::optional<std::string> ended();

    /// Waits until all children have ended. Kills the remaining children after `timeout` seconds.
    void join(double timeout);

private:
    std::vector<pid_t> pids_;
};

} // namespace bench
