#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace rill {

/// The other side of sd_notify(): where a supervisor's workers report to. A datagram socket with a name of the
/// kernel's choice, without a file.
class notify_inbox
{
public:
    notify_inbox(); ///< throws std::system_error
    notify_inbox(const notify_inbox&) = delete;
    notify_inbox& operator=(const notify_inbox&) = delete;
    ~notify_inbox();

    int descriptor() const noexcept { return socket_; }
    /// For NOTIFY_SOCKET.
    const std::string& name() const noexcept { return name_; }

    struct report
    {
        pid_t sender = -1; ///< as the kernel says; -1: nothing has come
        std::string text;  ///< lines NAME=VALUE
    };
    /// The next report. Does not block.
    report next() const;

private:
    int socket_;
    std::string name_;
};

/// Whether the report has this line.
bool has_line(std::string_view report, std::string_view line) noexcept;

} // namespace rill
