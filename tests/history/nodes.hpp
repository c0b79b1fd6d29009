#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "history/child_process.hpp"

namespace history {

/// The rill processes of a run. Belongs to one thread.
class nodes
{
public:
    /// Starts the processes. Does not wait until they listen.
    /// @param program  the path of history_node
    /// @param store  returns the log of a process
    /// @param directory  for the output of the processes
    nodes(const std::string& program, std::size_t count, const std::function<std::string(std::size_t node)>& store,
          const std::string& directory);

    const std::vector<std::uint16_t>& ports() const noexcept { return ports_; }
    pid_t pid(std::size_t node) const { return processes_[node]->pid(); }
    std::size_t size() const noexcept { return processes_.size(); }
    void kill(std::size_t node);
    /// Does not wait until the process listens.
    void start(std::size_t node);
    /// Starts each process again that has ended by itself, for example because it could not open its log.
    void supervise();
    /// Supervises the processes until all of them listen. Returns false after this time.
    bool wait_until_listening(std::chrono::milliseconds time);
    /// The number of times that supervise() has started a process.
    std::size_t restarts() const noexcept { return restarts_; }

private:
    std::vector<std::uint16_t> ports_;
    std::vector<std::unique_ptr<child_process>> processes_;
    std::vector<bool> is_down_; ///< between kill() and start()
    std::size_t restarts_ = 0;
};

} // namespace history
