#pragma once

#include "support/server_process.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_ports.hpp"
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <hiredis/hiredis.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rill_test {

/// A redis-server on a free port of the loopback interface, with its own directory. The destructor ends it.
class redis_server
{
public:
    struct settings
    {
        bool sentinel = false;
        bool is_persistent = false; ///< append-only file, with fsync after each command
        std::vector<std::string> arguments{};
        std::string config{}; ///< further lines of the configuration file
    };

    redis_server() : redis_server(settings{}) {}
    explicit redis_server(settings s) : settings_(std::move(s)), port_(free_port()) { start(); }
    redis_server(const redis_server&) = delete;
    redis_server& operator=(const redis_server&) = delete;
    ~redis_server()
    {
        if (pid_ > 0) {
            resume();
            end(SIGKILL);
        }
    }

    std::uint16_t port() const noexcept { return port_; }
    std::string file(std::string_view name) const { return directory_.file(name); }
    pid_t pid() const noexcept { return pid_; }

    /// Starts the process again, with the same port and directory.
    void start()
    {
        write_config();
        std::vector<std::string> words{"redis-server", file("redis.conf")};
        if (settings_.sentinel) {
            words.emplace_back("--sentinel");
        }
        std::vector<char*> arguments;
        for (auto& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execvp(arguments[0], arguments.data());
            ::_exit(127);
        }
        const bool answers = eventually([&] { return ping() || has_ended(); }) && pid_ > 0;
        BOOST_REQUIRE_MESSAGE(answers, "redis-server did not start. Install the package redis-server (./dev test)");
    }

    void kill() { end(SIGKILL); }
    void stop() { end(SIGTERM); }
    void suspend() const { ::kill(pid_, SIGSTOP); }
    void resume() const { ::kill(pid_, SIGCONT); }

    /// Runs a command on a connection of its own. Returns its reply as text, and error replies as "ERR ...".
    std::string command(const std::vector<std::string>& words) const
    {
        const std::unique_ptr<redisContext, decltype(&redisFree)> context(
            redisConnectWithTimeout("127.0.0.1", port_, {.tv_sec = 10, .tv_usec = 0}), &redisFree);
        if (!context || context->err != 0) {
            return "not connected";
        }
        redisSetTimeout(context.get(), {.tv_sec = 30, .tv_usec = 0});
        for (const auto& login : login_) {
            run(*context, login);
        }
        return run(*context, words);
    }
    /// These commands run before each command().
    void set_login(std::vector<std::vector<std::string>> commands) { login_ = std::move(commands); }

    bool ping() const
    {
        const auto reply = command({"PING"});
        return reply == "PONG" || reply.starts_with("NOAUTH");
    }

private:
    static std::string text_of(const redisReply& reply)
    {
        if (reply.type == REDIS_REPLY_INTEGER) {
            return std::to_string(reply.integer);
        }
        if (reply.type != REDIS_REPLY_ARRAY) {
            return {reply.str == nullptr ? "" : reply.str, static_cast<std::size_t>(reply.len)};
        }
        std::string all;
        for (std::size_t i = 0; i != reply.elements; ++i) {
            all += text_of(*reply.element[i]) + "\n";
        }
        return all;
    }

    static std::string run(redisContext& context, const std::vector<std::string>& words)
    {
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const auto& word : words) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
        auto* raw = redisCommandArgv(&context, static_cast<int>(texts.size()), texts.data(), sizes.data());
        const std::unique_ptr<void, decltype(&freeReplyObject)> reply(raw, &freeReplyObject);
        return reply ? text_of(*static_cast<redisReply*>(reply.get())) : "no reply";
    }

    void write_config() const
    {
        if (settings_.sentinel && std::filesystem::exists(file("redis.conf"))) {
            return; // the sentinel keeps its state in this file
        }
        std::ofstream out(file("redis.conf"));
        out << "bind 127.0.0.1\nport " << port_ << "\ndir " << directory_.path().string() << "\nlogfile " << file("log")
            << "\nunixsocket " << file("socket") << "\n";
        if (!settings_.sentinel) {
            out << "save \"\"\nrepl-diskless-sync-delay 0\nrepl-timeout 60\nappendonly "
                << (settings_.is_persistent ? "yes" : "no") << "\nappendfsync always\n";
        }
        out << settings_.config << "\n";
    }

    bool has_ended()
    {
        if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
        }
        return pid_ < 0;
    }

    void end(int signal)
    {
        ::kill(pid_, signal);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

    settings settings_;
    temporary_directory directory_;
    std::uint16_t port_;
    std::vector<std::vector<std::string>> login_;
    pid_t pid_ = -1;
};

} // namespace rill_test
