#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace outside {

/// A client's connection to 127.0.0.1, closed by the destructor.
class connection
{
public:
    connection() = default;
    /// Connects from a source address of its own for every 10,000 `index`. Is not open when nobody listens.
    explicit connection(std::uint16_t port, int receive_buffer = 0, int index = 0);
    connection(connection&& other) noexcept;
    connection& operator=(connection&& other) noexcept;
    ~connection();

    bool is_open() const noexcept { return socket_ >= 0; }
    int socket() const noexcept { return socket_; }

    void close() noexcept;
    void reset() noexcept;

    /// As much of it as the kernel takes at once; 0 also when the connection is broken.
    std::size_t send(std::string_view bytes) const noexcept;
    bool readable(int ms) const noexcept;
    /// What is there, and at most 64 KiB; waits for it. Empty at the end: `end()` tells which.
    std::string receive();
    /// "closed" or "reset", after an end.
    const char* end() const noexcept { return end_; }

    /// Whether the server's end is still established (proc_pid_net(5), /proc/net/tcp).
    bool held_by_server() const;

private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
    const char* end_ = "open";
};

/// The request for an event stream.
std::string stream_request(const std::string& target);

/// What came until `wanted` was there. Empty if it did not within 10 s of silence, or the connection ended.
std::string read_until(connection& from, std::string_view wanted);

/// Whether it gets such a stream, with `wanted` in its first bytes.
bool open_stream(connection& to, const std::string& target, std::string_view wanted = "data:");

/// Allows this process as many files as the system does.
void raise_file_limit();

} // namespace outside
