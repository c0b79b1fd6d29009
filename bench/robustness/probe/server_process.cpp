#include "robustness/probe/server_process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fstream>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"

namespace probe {

namespace {

std::string proc(pid_t pid)
{
    return "/proc/" + std::to_string(pid) + "/";
}

} // namespace

server_process::server_process(const server_options& how, std::uint16_t port)
    : log_(::memfd_create("log", MFD_CLOEXEC)), pid_(::fork())
{
    if (pid_ == 0) {
        execute(how);
    }
    const auto start = steady::now();
    while (!connection(port).is_open()) {
        if (!is_running() || seconds_since(start) > 10) {
            fail("the server does not listen\n" + log());
        }
        std::this_thread::sleep_for(5ms);
    }
}

server_process::~server_process()
{
    if (is_running()) {
        ::kill(pid_, SIGTERM);
    }
    for (const auto start = steady::now(); is_running(); std::this_thread::sleep_for(10ms)) {
        if (seconds_since(start) > 10) {
            ::kill(pid_, SIGKILL);
        }
    }
    ::close(log_);
}

void server_process::execute(const server_options& how) const
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(log_, STDERR_FILENO);
    if (how.max_open_files) {
        const rlimit limit{*how.max_open_files, *how.max_open_files};
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (const auto& [name, value] : how.environment) {
        ::setenv(name.c_str(), value.c_str(), 1);
    }
    auto command = how.command;
    std::vector<char*> arguments;
    for (auto& word : command) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
}

bool server_process::is_running()
{
    ended_ = ended_ || ::waitpid(pid_, &status_, WNOHANG) != 0;
    return !ended_;
}

std::vector<pid_t> server_process::processes() const
{
    std::vector<pid_t> all{pid_};
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::ifstream file(proc(all[i]) + "task/" + std::to_string(all[i]) + "/children");
        for (pid_t child = 0; file >> child;) {
            all.push_back(child);
        }
    }
    return all;
}

std::size_t server_process::descriptors() const
{
    std::size_t count = 0;
    for (const pid_t pid : processes()) {
        if (DIR* directory = ::opendir((proc(pid) + "fd").c_str())) {
            while (::readdir(directory) != nullptr) {
                ++count;
            }
            ::closedir(directory);
        }
    }
    return count;
}

long server_process::memory(const char* where, const char* what) const
{
    long sum = 0;
    bool found = false;
    for (const pid_t pid : processes()) {
        std::ifstream file(proc(pid) + where);
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with(what)) {
                found = true;
                sum += std::atol(line.c_str() + line.find(':') + 1);
            }
        }
    }
    return found ? sum : (fail("the server has ended"), 0);
}

void server_process::start_peak() const
{
    for (const pid_t pid : processes()) {
        std::ofstream(proc(pid) + "clear_refs") << 5; // proc_pid_clear_refs(5)
    }
}

long server_process::peak_memory() const
{
    return memory("status", "VmHWM:");
}

double server_process::cpu_seconds() const
{
    double sum = 0;
    for (const pid_t pid : processes()) {
        clockid_t clock{};
        std::timespec used{};
        if (::clock_getcpuclockid(pid, &clock) == 0 && ::clock_gettime(clock, &used) == 0) {
            sum += static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
        }
    }
    return sum;
}

std::string server_process::log() const
{
    std::string text;
    char bytes[4096];
    for (ssize_t count = 0; (count = ::pread(log_, bytes, sizeof bytes, static_cast<off_t>(text.size()))) > 0;) {
        text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
}

std::size_t server_process::log_lines() const
{
    const auto text = log();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void fail(const std::string& reason)
{
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, reason.c_str());
    std::exit(1);
}

std::string take_option(int& argc, char** argv, std::string_view name, const char* default_value)
{
    for (int i = 1; i + 1 < argc && std::string_view(argv[i]).starts_with("--"); i += 2) {
        if (argv[i] == name) {
            std::string value = argv[i + 1];
            std::copy(argv + i + 2, argv + argc, argv + i);
            argc -= 2;
            return value;
        }
    }
    return default_value;
}

} // namespace probe
