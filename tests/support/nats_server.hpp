#pragma once

#include "support/server_process.hpp"
#include "support/temporary_directory.hpp"
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace rill_test {

/// A NATS server with JetStream, on a port of the loopback interface and with a store of its own. The destructor ends
/// the process. It needs the program nats-server (Debian: nats-server).
class nats_server
{
public:
    struct settings
    {
        std::string authorization{};         ///< e.g. "user: u, password: p"
        std::string name{};                  ///< of a member of a cluster
        std::vector<std::uint16_t> routes{}; ///< the cluster ports of all members; the own one is the first
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
            ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no server outlives the test
            const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            ::dup2(file, STDERR_FILENO);
            ::execl(program, program, "-c", config.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        if (!eventually([&] { return is_listening(port_); })) {
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
    /// Ends the server in order, so that all events are in its store.
    void shut_down()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGCONT);
            ::kill(pid_, SIGTERM);
            ::waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }
    /// Copies the store. The server restarts.
    void save()
    {
        shut_down();
        std::filesystem::remove_all(copy());
        std::filesystem::copy(store(), copy(), std::filesystem::copy_options::recursive);
        launch();
    }
    /// Restarts the server with the copy of the store: it has lost all events since save().
    void return_to_saved()
    {
        end();
        std::filesystem::remove_all(store());
        std::filesystem::copy(copy(), store(), std::filesystem::copy_options::recursive);
        launch();
    }
    /// Returns when all threads of the server stand still.
    void freeze() const
    {
        ::kill(pid_, SIGSTOP);
        if (!eventually([&] { return is_frozen(); })) {
            throw std::runtime_error("nats-server does not stop");
        }
    }
    void thaw() const { ::kill(pid_, SIGCONT); }

private:
    static constexpr const char* program = "/usr/sbin/nats-server";

    bool is_frozen() const
    {
        const std::filesystem::path tasks = "/proc/" + std::to_string(pid_) + "/task";
        for (const auto& task : std::filesystem::directory_iterator(tasks)) {
            std::ifstream file(task.path() / "stat");
            const std::string stat{std::istreambuf_iterator<char>(file), {}};
            const auto state = stat.rfind(')') + 2;
            if (state < stat.size() && stat[state] != 'T') {
                return false;
            }
        }
        return true;
    }

    std::filesystem::path copy() const { return directory_.path() / "copy"; }

    void write_config() const
    {
        std::ofstream file(directory_.path() / "server.conf");
        file << "listen: 127.0.0.1:" << port_ << "\nmax_payload: 8388608\n"
             << "jetstream { store_dir: \"" << store().string() << "\", max_mem: 256MB, max_file: 1GB }\n";
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
    }

    settings settings_;
    temporary_directory directory_;
    std::uint16_t port_;
    pid_t pid_ = -1;
};

} // namespace rill_test
