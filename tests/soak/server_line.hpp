#pragma once

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fstream>
#include <optional>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rill_soak {

[[noreturn]] inline void fail(const std::string& why)
{
    std::fprintf(stderr, "soak: %s\n", why.c_str());
    std::exit(1);
}

/// The processes of the server, one after the other.
class server_line
{
public:
    server_line(const char* program, std::uint16_t port) : program_(program), port_(port) { start(); }
    server_line(const server_line&) = delete;
    server_line& operator=(const server_line&) = delete;
    ~server_line()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }

    void signal(int number)
    {
        expected_ = number;
        ::kill(pid_, number);
    }

    /// Returns true if the process has ended as expected. The caller can then start the next one.
    bool look()
    {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) {
            return false;
        }
        pid_ = -1;
        const bool killed = expected_ == SIGKILL && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        const bool drained = expected_ == SIGTERM && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (!killed && !drained) {
            fail("the server ended with status " + std::to_string(status));
        }
        expected_ = 0;
        return true;
    }

    void start()
    {
        ++life_;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const auto port = std::to_string(port_);
            const auto life = std::to_string(life_);
            ::execl(program_, program_, "--serve", port.c_str(), life.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
    }

    bool is_ending() const { return expected_ != 0; }
    unsigned life() const { return life_; }

    std::size_t descriptors() const
    {
        std::size_t count = 0;
        if (DIR* directory = ::opendir((proc() + "fd").c_str())) {
            while (::readdir(directory) != nullptr) {
                ++count;
            }
            ::closedir(directory);
        }
        return count - 2; // . and ..
    }

    /// Returns the anonymous memory in KiB. File mappings are excluded, because the share of a process grows when
    /// another process with the same mapping ends.
    long memory() const
    {
        std::ifstream file(proc() + "smaps_rollup");
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("Anonymous:")) {
                return std::atol(line.c_str() + 10);
            }
        }
        return 0;
    }

private:
    std::string proc() const { return "/proc/" + std::to_string(pid_) + "/"; }

    const char* program_;
    std::uint16_t port_;
    pid_t pid_ = -1;
    unsigned life_ = 0;
    int expected_ = 0; ///< the signal that the process has received
};

} // namespace rill_soak
