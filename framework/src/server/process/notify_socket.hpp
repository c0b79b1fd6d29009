#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace rill {

/// The receiver of sd_notify(). It is a datagram socket. The workers of a supervisor send their reports to it. The
/// kernel chooses an abstract name for it, so there is no file.
class notify_socket
{
public:
    /// Throws std::system_error.
    notify_socket();
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;
    ~notify_socket();

    int descriptor() const noexcept { return socket_; }
    /// The value for the environment variable NOTIFY_SOCKET.
    const std::string& name() const noexcept { return name_; }

    struct report
    {
        pid_t sender = -1; ///< from the kernel; -1 if there is no report
        std::string text;  ///< lines of the form NAME=VALUE
    };
    /// Takes the next report. Does not block.
    report next() const;

private:
    int socket_;
    std::string name_;
};

/// Whether a report contains a line.
bool has_line(std::string_view report, std::string_view line) noexcept;

} // namespace rill
