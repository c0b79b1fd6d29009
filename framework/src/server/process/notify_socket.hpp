#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace rill {

/// The receiver of sd_notify(): a datagram socket to which the workers of a supervisor report. The kernel chooses its
/// name, which is abstract: there is no file.
class notify_socket
{
public:
    /// Throws std::system_error.
    notify_socket();
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;
    ~notify_socket();

    int descriptor() const noexcept { return socket_; }
    /// The value for NOTIFY_SOCKET.
    const std::string& name() const noexcept { return name_; }

    struct report
    {
        pid_t sender = -1; ///< from the kernel; -1: there is no report
        std::string text;  ///< lines NAME=VALUE
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
