#include "harness/machine/child_program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <sched.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/support/clock.hpp"
#include "harness/support/files.hpp"

namespace bench {

namespace {

/// Executes the program in the child process. Returns only if that fails, with errno.
void execute(const program_start& how, pid_t parent, std::vector<char*>& arguments)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) { // the parent ended before prctl() took effect
        std::_Exit(1);
    }
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
        std::signal(signal, SIG_DFL);
    }
    const int log = ::open(how.log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    const int empty_input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (log < 0 || ::dup2(empty_input, STDIN_FILENO) < 0 || ::dup2(log, STDOUT_FILENO) < 0 ||
        ::dup2(log, STDERR_FILENO) < 0)
    {
        return;
    }
    if (how.core) {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(*how.core, &cores);
        if (::sched_setaffinity(0, sizeof cores, &cores) != 0) {
            return;
        }
    }
    ::execv(arguments.front(), arguments.data());
}

/// Returns the fourth field of /proc/PID/stat. It is the second field after the name. The name is in parentheses and
/// can contain any character.
pid_t parent_of(pid_t pid)
{
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    const auto name_end = text.rfind(')');
    if (name_end == text.npos) {
        return 0;
    }
    std::istringstream words(text.substr(name_end + 1));
    std::string state;
    pid_t parent = 0;
    words >> state >> parent;
    return parent;
}

} // namespace

tl::expected<std::unique_ptr<child_program>, std::string> child_program::start(const program_start& how)
{
    auto command = how.command;
    std::vector<char*> arguments;
    for (auto& each : command) {
        arguments.push_back(each.data());
    }
    arguments.push_back(nullptr);

    // A successful execv() closes the child's end of the pipe.
    std::array<int, 2> error_pipe{};
    if (::pipe2(error_pipe.data(), O_CLOEXEC) != 0) {
        return tl::unexpected(std::string("cannot create a pipe: ") + std::strerror(errno));
    }
    const auto parent = ::getpid();
    const auto pid = ::fork();
    if (pid == 0) {
        execute(how, parent, arguments);
        const int error = errno;
        [[maybe_unused]] const auto written = ::write(error_pipe[1], &error, sizeof error);
        std::_Exit(127);
    }
    int error = errno;
    ::close(error_pipe[1]);
    const bool failed = pid < 0 || ::read(error_pipe[0], &error, sizeof error) == sizeof error;
    ::close(error_pipe[0]);
    if (failed) {
        if (pid > 0) {
            ::waitpid(pid, nullptr, 0);
        }
        return tl::unexpected("cannot start " + how.command.front() + ": " + std::strerror(error));
    }
    return std::unique_ptr<child_program>(new child_program(pid));
}

child_program::~child_program()
{
    stop(0);
}

std::optional<int> child_program::exit_code()
{
    int status = 0;
    if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return exit_code_;
}

void child_program::stop(double timeout)
{
    const auto deadline = now_ns() + static_cast<std::int64_t>(timeout * 1e9);
    if (!exit_code() && timeout > 0) {
        ::kill(pid_, SIGTERM);
        while (!exit_code() && now_ns() < deadline) {
            sleep_ns(5'000'000);
        }
    }
    ::kill(-pid_, SIGKILL); // the negative id also kills its children
    if (!exit_code_) {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        exit_code_ = 128 + SIGKILL;
    }
}

std::vector<pid_t> process_tree(pid_t pid)
{
    std::multimap<pid_t, pid_t> children;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        pid_t each = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), each).ec == std::errc()) {
            children.emplace(parent_of(each), each);
        }
    }
    std::vector<pid_t> result{pid};
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto [first, last] = children.equal_range(result[i]);
        std::for_each(first, last, [&](const auto& child) { result.push_back(child.second); });
    }
    return result;
}

} // namespace bench
