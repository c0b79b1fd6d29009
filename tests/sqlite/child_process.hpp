#pragma once

#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

/// Runs a function in a child process. The child writes to a pipe, and the parent reads.
class child_process
{
public:
    explicit child_process(const std::function<void(int pipe)>& run)
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        id_ = ::fork();
        BOOST_REQUIRE(id_ >= 0);
        if (id_ == 0) {
            ::close(ends[0]);
            run(ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
    }
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process()
    {
        kill();
        ::close(pipe_);
    }

    /// Everything that the child writes until it ends.
    std::string read_all() const
    {
        std::string all;
        std::array<char, 4096> buffer{};
        for (ssize_t size = 0; (size = ::read(pipe_, buffer.data(), buffer.size())) > 0;) {
            all.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return all;
    }
    void kill()
    {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
            id_ = -1;
        }
    }

private:
    pid_t id_ = -1;
    int pipe_ = -1;
};

/// Returns the text that the function returns in a child process.
inline std::string in_child(const std::function<std::string()>& run)
{
    const child_process child([&](int pipe) {
        const auto text = run();
        [[maybe_unused]] const auto written = ::write(pipe, text.data(), text.size());
    });
    return child.read_all();
}
