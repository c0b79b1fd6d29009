// All clients of a server vanish at once, by reset. How long until their handlers have unwound, and does the memory
// come back?
//
//     vanish SERVER_BINARY [STREAMS] [PORT] [TARGET] [ARG...]
//
// Starts the server (the bench contract: --port P, GET /ticks?ms=1000, or TARGET) with further arguments, opens the
// streams, waits until each has its first event, resets all of them, and watches the server's descriptors and memory
// from outside. Fails when something stays behind, or when the server has logged an error.

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto patience = 60s;

[[noreturn]] void fail(const std::string& why)
{
    std::fprintf(stderr, "vanish: %s\n", why.c_str());
    std::exit(1);
}

double seconds_since(steady::time_point start)
{
    return std::chrono::duration<double>(steady::now() - start).count();
}

class server_process
{
public:
    server_process(const char* binary, std::uint16_t port, std::string log, char** more, int count)
        : log_(std::move(log)), pid_(::fork())
    {
        if (pid_ == 0) {
            const int file = ::open(log_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
            ::dup2(file, STDERR_FILENO);
            auto port_text = std::to_string(port);
            std::string name = binary, option = "--port";
            std::vector<char*> arguments{name.data(), option.data(), port_text.data()};
            arguments.insert(arguments.end(), more, more + count);
            arguments.push_back(nullptr);
            ::execv(binary, arguments.data());
            ::_exit(127);
        }
    }
    ~server_process()
    {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
        ::unlink(log_.c_str());
    }
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;

    /// Of all its processes.
    std::size_t descriptors() const
    {
        std::size_t count = 0;
        for (const pid_t pid : processes(pid_)) {
            if (DIR* directory = ::opendir((proc(pid) + "fd").c_str())) {
                while (::readdir(directory) != nullptr) {
                    ++count;
                }
                ::closedir(directory);
            }
        }
        return count;
    }

    /// Proportional set size of all its processes, in KiB.
    long memory() const
    {
        long sum = 0;
        for (const pid_t pid : processes(pid_)) {
            std::ifstream file(proc(pid) + "smaps_rollup");
            for (std::string line; std::getline(file, line);) {
                if (line.starts_with("Pss:")) {
                    sum += std::atol(line.c_str() + 4);
                }
            }
        }
        return sum > 0 ? sum : (fail("the server has ended"), 0);
    }

    std::string errors() const
    {
        std::string found;
        std::ifstream file(log_);
        for (std::string line; std::getline(file, line);) {
            if (line.find(" info ") == line.npos) {
                found += line + "\n";
            }
        }
        return found;
    }

private:
    static std::string proc(pid_t pid) { return "/proc/" + std::to_string(pid) + "/"; }

    /// The process and its descendants.
    static std::vector<pid_t> processes(pid_t first)
    {
        std::vector<pid_t> all{first};
        for (std::size_t i = 0; i < all.size(); ++i) {
            std::ifstream file(proc(all[i]) + "task/" + std::to_string(all[i]) + "/children");
            for (pid_t child = 0; file >> child;) {
                all.push_back(child);
            }
        }
        return all;
    }

    std::string log_;
    pid_t pid_;
};

int connect_to(std::uint16_t port, int index)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        fail("out of descriptors");
    }
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(index / 10'000));
    const int on = 1;
    ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    ::bind(socket, reinterpret_cast<sockaddr*>(&source), sizeof source);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto start = steady::now();
    while (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        if (seconds_since(start) > 10) {
            fail("can't connect");
        }
        std::this_thread::sleep_for(5ms); // the server is starting
    }
    return socket;
}

void read_first_event(int socket)
{
    std::string received;
    char buffer[4096];
    while (received.find("data:") == received.npos) {
        const auto count = ::recv(socket, buffer, sizeof buffer, 0);
        if (count <= 0) {
            fail("a stream ended before its first event");
        }
        received.append(buffer, static_cast<std::size_t>(count));
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        fail("usage: vanish SERVER_BINARY [STREAMS] [PORT] [TARGET] [ARG...]");
    }
    const int streams = argc > 2 ? std::atoi(argv[2]) : 15'000;
    const auto port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 19'100);
    const std::string request = std::string("GET ") + (argc > 4 ? argv[4] : "/ticks?ms=1000") +
                                " HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n\r\n";
    server_process server(argv[1], port, "/tmp/rill-vanish-" + std::to_string(::getpid()) + ".log",
                          argv + std::min(argc, 5), std::max(0, argc - 5));

    // The code that a first stream touches is loaded once and stays: it belongs to "before".
    const int first = connect_to(port, 0);
    ::send(first, request.data(), request.size(), MSG_NOSIGNAL);
    read_first_event(first);
    ::close(first);
    std::this_thread::sleep_for(200ms); // only makes the "before" figure steadier
    const auto idle_descriptors = server.descriptors();
    const auto before = server.memory();

    std::vector<int> sockets;
    for (int i = 0; i < streams; ++i) {
        sockets.push_back(connect_to(port, i));
        ::send(sockets.back(), request.data(), request.size(), MSG_NOSIGNAL);
    }
    for (const int socket : sockets) {
        read_first_event(socket);
    }
    const auto peak = server.memory();

    const linger now{1, 0};
    for (const int socket : sockets) {
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    const auto start = steady::now();
    for (const int socket : sockets) {
        ::close(socket);
    }
    const auto closed = seconds_since(start);
    while (server.descriptors() > idle_descriptors) {
        if (steady::now() - start > patience) {
            fail("streams stay behind: " + std::to_string(server.descriptors() - idle_descriptors));
        }
        std::this_thread::sleep_for(5ms);
    }
    const auto unwound = seconds_since(start);
    auto after = server.memory();
    while (after * 10 > before * 11 && steady::now() - start < patience) {
        std::this_thread::sleep_for(20ms);
        after = server.memory();
    }
    const auto returned = seconds_since(start);
    std::printf(
        "streams %d; resets sent in %.3f s; all unwound after %.3f s; PSS before %ld KiB, peak %ld KiB, after %ld KiB "
        "(%+.1f %%) at %.3f s\n",
        streams, closed, unwound, before, peak, after,
        100.0 * static_cast<double>(after - before) / static_cast<double>(before), returned);
    if (const auto errors = server.errors(); !errors.empty()) {
        fail("the server's log has errors:\n" + errors);
    }
    return after * 10 <= before * 11 ? 0 : 1;
}
