#pragma once

#include "server/fixture.hpp"

#include <csignal>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <poll.h>
#include <sys/wait.h>

namespace rill_test {

/// Runs a function in its own process. Reads the lines that the function reports, and standard error.
class forked
{
public:
    using line_writer = std::function<void(const std::string&)>;

    explicit forked(const std::function<int(const line_writer& report)>& body)
    {
        int pipe[2];
        BOOST_REQUIRE_EQUAL(::pipe2(pipe, O_CLOEXEC), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(pipe[1], STDERR_FILENO);
            std::signal(SIGABRT, SIG_DFL); // otherwise Boost.Test would continue with the next test in this process
            ::_exit(body([out = pipe[1]](const std::string& line) {
                const auto text = line + "\n";
                static_cast<void>(::write(out, text.data(), text.size()));
            }));
        }
        ::close(pipe[1]);
        output_ = pipe[0];
    }
    forked(const forked&) = delete;
    forked& operator=(const forked&) = delete;
    ~forked()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(output_);
    }

    pid_t pid() const { return pid_; }
    void signal(int number) const { ::kill(pid_, number); }

    /// Returns the rest of the next line that contains `prefix`, or nothing if the process ends without one.
    std::optional<std::string> line_or_end(const std::string& prefix)
    {
        do {
            const auto at = text_.find(prefix, from_);
            const auto end = at == text_.npos ? at : text_.find('\n', at);
            if (end != text_.npos) {
                from_ = end;
                return text_.substr(at + prefix.size(), end - at - prefix.size());
            }
        } while (read_more());
        return std::nullopt;
    }

    /// The same as line_or_end(), but fails the test if there is no such line.
    std::string line(const std::string& prefix)
    {
        const auto found = line_or_end(prefix);
        BOOST_REQUIRE_MESSAGE(found.has_value(), "no '" << prefix << "' in: " << text_);
        return *found;
    }

    /// Waits for the end of the process. Returns its exit code, or the negative number of the signal that ended it.
    int wait()
    {
        while (read_more()) {
        }
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    const std::string& output() const { return text_; }

private:
    bool read_more()
    {
        pollfd readable{.fd = output_, .events = POLLIN, .revents = 0};
        if (::poll(&readable, 1, 60'000) != 1) {
            return false;
        }
        char bytes[4096];
        const auto count = ::read(output_, bytes, sizeof bytes);
        text_.append(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
        return count > 0;
    }

    pid_t pid_ = -1;
    int output_ = -1;
    std::string text_;
    std::size_t from_ = 0;
};

inline std::uint16_t port_in(const std::string& url)
{
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

} // namespace rill_test
