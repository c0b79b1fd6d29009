#pragma once

#include "support/client.hpp"
#include "support/eventually.hpp"
#include "support/test_ports.hpp"
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace rill_test {

/// A server in its own process, on a free port of the loopback interface. The destructor ends the process.
class server_process
{
public:
    /// `command` is the program's path and its arguments. "{port}" in an argument is replaced by the port.
    explicit server_process(std::vector<std::string> command) : port_(free_port())
    {
        std::replace(command.begin(), command.end(), std::string("{port}"), std::to_string(port_));
        std::vector<char*> arguments;
        for (auto& argument : command) {
            arguments.push_back(argument.data());
        }
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        if (!eventually([&] { return accepts() || ended(); }) || ended()) {
            stop();
            BOOST_FAIL("the server did not start: " << command.front());
        }
    }
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;
    ~server_process() { stop(); }

    std::uint16_t port() const noexcept { return port_; }

    bool accepts() const
    {
        try {
            client probe(port_);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }

    /// Returns the number of open files of the process and its descendants.
    std::size_t descriptors() const { return descriptors(std::to_string(pid_)); }

    void kill()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    static std::size_t descriptors(const std::string& pid)
    {
        const std::filesystem::path process = "/proc/" + pid;
        std::error_code gone;
        std::filesystem::directory_iterator files(process / "fd", gone);
        auto count = static_cast<std::size_t>(std::distance(begin(files), end(files)));
        std::ifstream children(process / "task" / pid / "children");
        for (std::string child; children >> child;) {
            count += descriptors(child);
        }
        return count;
    }

    bool ended()
    {
        if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
        }
        return pid_ < 0;
    }

    void stop()
    {
        if (!ended()) {
            ::kill(pid_, SIGTERM);
            if (!eventually([&] { return ended(); })) {
                kill();
            }
        }
    }

    std::uint16_t port_;
    pid_t pid_ = -1;
};

} // namespace rill_test
