#include "history/child_process.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "support/test_ports.hpp"

namespace history {

child_process::child_process(std::vector<std::string> command, std::string output)
    : command_(std::move(command)), output_(std::move(output))
{}

child_process::~child_process()
{
    kill();
}

void child_process::start()
{
    std::vector<char*> arguments;
    for (auto& argument : command_) {
        arguments.push_back(argument.data());
    }
    arguments.push_back(nullptr);
    const auto parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::system_error(errno, std::system_category(), "fork");
    }
    if (pid_ != 0) {
        return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int file = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (::getppid() != parent || file < 0) {
        ::_exit(126);
    }
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0); // otherwise the server keeps connections of this process open
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

void child_process::signal(int number) const
{
    if (pid_ > 0) {
        ::kill(pid_, number);
    }
}

void child_process::kill()
{
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

bool child_process::has_ended()
{
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
    }
    return pid_ < 0;
}

std::string child_process::last_output() const
{
    std::ifstream file(output_);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.size() > 2'000 ? text.substr(text.size() - 2'000) : text;
}

void child_process::wait_until_listening(std::uint16_t port)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!rill_test::is_listening(port)) {
        if (has_ended() || std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error(command_.front() + " does not listen on port " + std::to_string(port) + ": " +
                                     last_output());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

} // namespace history
