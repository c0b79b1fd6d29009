#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace history {

/// A server process. Its output is appended to a file. If the thread that has started it ends, the kernel kills it.
class child_process
{
public:
    /// @param command  the path of the program, or its name in PATH, and its arguments
    /// @param output  the file for standard output and standard error
    child_process(std::vector<std::string> command, std::string output);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    /// Kills the process.
    ~child_process();

    /// Starts the process. It must not be running. Throws std::system_error.
    void start();
    void signal(int number) const;
    /// Kills the process and waits for its end. Does nothing if it is not running.
    void kill();
    pid_t pid() const noexcept { return pid_; }
    /// Waits until a server listens on the port of the loopback interface. Throws std::runtime_error with the output of
    /// the process if it ends, or if it does not listen within 30 s.
    void wait_until_listening(std::uint16_t port);

    /// Whether it has ended by itself, or has been killed.
    bool has_ended();

private:
    std::string last_output() const;

    std::vector<std::string> command_;
    std::string output_;
    pid_t pid_ = -1;
};

} // namespace history
