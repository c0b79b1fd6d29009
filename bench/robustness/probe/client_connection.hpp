#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace probe {

/// The connection of a client to 127.0.0.1. The destructor closes the connection.
class connection
{
public:
    connection() = default;
    /// Connects. Each 10,000 values of `index` have their own source address. If no socket listens on the port, the
    /// connection is not open.
    explicit connection(std::uint16_t port, int receive_buffer = 0, int index = 0);
    connection(connection&& other) noexcept;
    connection& operator=(connection&& other) noexcept;
    ~connection();

    bool is_open() const noexcept { return socket_ >= 0; }
    int socket() const noexcept { return socket_; }

    void close() noexcept;
    void reset() noexcept;

    /// Sends as many bytes as the kernel accepts now. Returns their number, or 0 if the connection is broken.
    std::size_t send(std::string_view bytes) const noexcept;
    bool readable(int ms) const noexcept;
    /// Waits for bytes and returns at most 64 KiB. Returns an empty text after the end of the connection, see end().
    std::string receive();
    /// Returns "closed" or "reset" after the end of the connection, and "open" before it.
    const char* end() const noexcept { return end_; }

    /// Whether the server's end of the connection is still established (proc_pid_net(5), /proc/net/tcp).
    bool held_by_server() const;

private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
    const char* end_ = "open";
};

/// Returns a request for an event stream.
std::string stream_request(const std::string& target);

/// Reads until `wanted` arrives and returns all received bytes. Returns an empty text after 10 s without bytes, or if
/// the connection ends.
std::string read_until(connection& from, std::string_view wanted);

/// Requests a stream and waits until `wanted` arrives. Returns whether the status is 200.
bool open_stream(connection& to, const std::string& target, std::string_view wanted = "data:");

/// Raises the limit of open files of this process to its maximum.
void raise_file_limit();

} // namespace probe
