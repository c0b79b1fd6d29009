#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <rill/core/failure.hpp>
#include <rill/core/timer_service.hpp>
#include <rill/server/options.hpp>
#include <string>
#include <vector>

#include "transport/worker_context.hpp"

namespace rill {

/// A bound, listening, non-blocking socket.
tl::expected<int, failure> open_listening_socket(const server_options& options, std::uint16_t port, bool reuse_port);

/// As open_listening_socket(), but bound only, with SO_REUSEPORT: holds the port for others who listen.
tl::expected<int, failure> bind_shared(const server_options& options, std::uint16_t port);

/// What a socket is bound to.
struct bound_address
{
    std::string host; ///< numeric; of a Unix socket "unix:" and its path, or "unix:@" and its name without a file
    std::uint16_t port = 0;
};

/// Fails for a socket that is not bound to a TCP port or as a Unix stream socket, too.
tl::expected<bound_address, failure> local_address(int socket);

/// What connections can be accepted from: 0 for a listening socket of TCP or a Unix stream socket, otherwise an errno.
int check_listening(int socket) noexcept;
/// The same of server_options::sockets.
tl::expected<void, failure> check_listening(const std::vector<int>& sockets);

/// "http://host:port", fit for a browser; "unix:/path".
std::string make_url(const std::string& host, std::uint16_t port);

/// Accepts connections for one worker. When descriptors or memory run out it pauses and tries again, so that it neither
/// dies nor spins.
class listener final : private timer_node
{
public:
    /// Takes over the socket.
    listener(transport::worker_context& worker, int socket);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

    /// Nothing is accepted from now on.
    void close();

private:
    void wait();
    void accept_all();
    void pause(int error);

    transport::worker_context& worker_;
    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> socket_;
    bool short_of_resources_ = false;
    std::chrono::steady_clock::time_point quiet_until_{};
};

} // namespace rill
