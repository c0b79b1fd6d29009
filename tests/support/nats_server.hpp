#pragma once

#include "support/server_process.hpp"
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace rill_test {

/// A new directory that is removed with the object.
class temporary_directory
{
public:
    temporary_directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "rill_test_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("mkdtemp failed");
        }
        path_ = name;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// A NATS server with JetStream, on a port of the loopback interface and with a store of its own. The destructor ends
/// the process. It needs the program nats-server (Debian: nats-server).
class nats_server
{
public:
    struct settings
    {
        std::string authorization{};       ///< e.g. "user: u, password: p"
        std::string name{};                ///< of a member of a cluster
        std::vector<std::uint16_t> routes{}; ///< the cluster ports of all members; the own one is the first
        std::string monitor{};             ///< the port of the HTTP monitor, or empty
    };

    nats_server() : nats_server(settings{}) {}
    explicit nats_server(settings s) : settings_(std::move(s)), port_(free_port())
    {
        if (access(program, X_OK) != 0) {
            throw std::runtime_error("/usr/sbin/nats-server is missing; install the package nats-server");
        }
        write_config();
        launch();
    }
    nats_server(const nats_server&) = delete;
    nats_server& operator=(const nats_server&) = delete;
    ~nats_server() { end(); }

    std::uint16_t port() const noexcept { return port_; }
    std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }
    std::filesystem::path store() const { return directory_.path() / "store"; }
    bool is_running() const noexcept { return pid_ > 0; }
    const std::string& name() const noexcept { return settings_.name; }

    void launch()
    {
        const std::string config = (directory_.path() / "server.conf").string();
        const std::string log = (directory_.path() / "log").string();
        pid_ = ::fork();
        if (pid_ == 0) {
            const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            ::dup2(file, STDERR_FILENO);
            ::execl(program, program, "-c", config.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        if (!eventually([&] { return !is_free(port_); })) {
            throw std::runtime_error("nats-server did not start, see " + log);
        }
    }
    /// kill -9: what the server has not given to the system is lost.
    void end()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }
    void freeze() const { ::kill(pid_, SIGSTOP); }
    void thaw() const { ::kill(pid_, SIGCONT); }

private:
    static constexpr const char* program = "/usr/sbin/nats-server";

    void write_config() const
    {
        std::ofstream file(directory_.path() / "server.conf");
        file << "listen: 127.0.0.1:" << port_ << "\nmax_payload: 8388608\n"
             << "jetstream { store_dir: \"" << store().string() << "\", max_mem: 64MB, max_file: 256MB }\n";
        if (!settings_.authorization.empty()) {
            file << "authorization { " << settings_.authorization << " }\n";
        }
        if (!settings_.name.empty()) {
            file << "server_name: " << settings_.name << "\n";
        }
        if (!settings_.routes.empty()) {
            file << "cluster { name: test, listen: \"127.0.0.1:" << settings_.routes.front() << "\", routes: [";
            for (std::size_t i = 1; i < settings_.routes.size(); ++i) {
                file << (i > 1 ? ", " : "") << "\"nats://127.0.0.1:" << settings_.routes[i] << '"';
            }
            file << "] }\n";
        }
        if (!settings_.monitor.empty()) {
            file << "http: \"127.0.0.1:" << settings_.monitor << "\"\n";
        }
    }

    settings settings_;
    temporary_directory directory_;
    std::uint16_t port_;
    pid_t pid_ = -1;
};

} // namespace rill_test
