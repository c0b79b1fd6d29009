#include "server/listener.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <new>
#include <rill/core/detail/adopt.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/failures.hpp"
#include "transport/http1_connection.hpp"

namespace rill {

namespace {

constexpr int accepts_per_turn = 256;
constexpr std::chrono::milliseconds pause_time{90};
constexpr std::chrono::seconds between_lines{10};

constexpr std::string_view unix_prefix = "unix:";

std::string host_and_port(const std::string& host, std::uint16_t port)
{
    return (host.find(':') != host.npos ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void enable(int socket, int level, int option) noexcept
{
    const int on = 1;
    ::setsockopt(socket, level, option, &on, sizeof on);
}

// What a client did wrong before its connection was accepted says nothing about the next one (accept(2)).
bool is_clients_fault(int error) noexcept
{
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM || error == ENETDOWN ||
           error == EHOSTDOWN || error == EHOSTUNREACH || error == ENETUNREACH || error == ENONET ||
           error == ENOPROTOOPT || error == EOPNOTSUPP;
}

} // namespace

std::string make_url(const std::string& host, std::uint16_t port)
{
    if (host.starts_with(unix_prefix)) {
        return host;
    }
    const bool everywhere = host == "0.0.0.0" || host == "::";
    return "http://" + host_and_port(everywhere ? "localhost" : host, port);
}

namespace {

tl::expected<int, failure> open_socket(const server_options& options, std::uint16_t port, bool reuse_port, bool listens)
{
    error_code ec;
    const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, ec);
    if (ec) {
        return tl::unexpected(failure(error::invalid_address, "host '" + options.host + "'"));
    }
    const asio::ip::tcp::endpoint endpoint(address, port);
    const int socket = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        const int number = errno;
        return tl::unexpected(call_failure(number, "socket for " + host_and_port(options.host, port)));
    }
    enable(socket, SOL_SOCKET, SO_REUSEADDR);
    if (reuse_port) {
        enable(socket, SOL_SOCKET, SO_REUSEPORT);
    }
    const char* step = "bind ";
    int result = ::bind(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size()));
    if (result == 0 && listens) {
        step = "listen on ";
        result = ::listen(socket, options.backlog);
    }
    if (result != 0) {
        const int number = errno;
        ::close(socket);
        return tl::unexpected(call_failure(number, step + host_and_port(options.host, port)));
    }
    return socket;
}

} // namespace

tl::expected<int, failure> open_listening_socket(const server_options& options, std::uint16_t port, bool reuse_port)
{
    return open_socket(options, port, reuse_port, true);
}

tl::expected<int, failure> bind_shared(const server_options& options, std::uint16_t port)
{
    return open_socket(options, port, true, false);
}

namespace {

// Of a Unix socket: empty for one that is not bound. `length` is what the kernel says, which counts the end of a path
// or not, and may be more than there was room for.
std::string path_of(const sockaddr_un& address, socklen_t length)
{
    const auto begin = offsetof(sockaddr_un, sun_path);
    const auto size = std::min<std::size_t>(length, sizeof address) - std::min<std::size_t>(length, begin);
    std::string_view path(address.sun_path, size);
    if (path.starts_with('\0')) { // a name without a file (unix(7))
        return "@" + std::string(path.substr(1));
    }
    return std::string(path.substr(0, path.find('\0')));
}

int option_of(int socket, int name) noexcept
{
    int value = 0;
    socklen_t length = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

} // namespace

int check_listening(int socket) noexcept
{
    const int family = option_of(socket, SO_DOMAIN);
    if (family < 0) {
        return errno;
    }
    const bool tcp = (family == AF_INET || family == AF_INET6) && option_of(socket, SO_PROTOCOL) == IPPROTO_TCP;
    const bool local = family == AF_UNIX && option_of(socket, SO_TYPE) == SOCK_STREAM;
    if (!tcp && !local) {
        return EPROTOTYPE;
    }
    return option_of(socket, SO_ACCEPTCONN) == 1 ? 0 : EINVAL;
}

tl::expected<void, failure> check_listening(const std::vector<int>& sockets)
{
    for (const int socket : sockets) {
        if (const int wrong = check_listening(socket)) {
            return tl::unexpected(call_failure(wrong, "socket " + std::to_string(socket) +
                                                          " of the options, which must be a listening socket of TCP or "
                                                          "a Unix stream socket"));
        }
    }
    return {};
}

tl::expected<bound_address, failure> local_address(int socket)
{
    sockaddr_storage address{}; // has room for that of any family
    socklen_t length = sizeof address;
    bound_address bound;
    int wrong = 0;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        wrong = errno;
    } else if (address.ss_family == AF_UNIX) {
        const auto path = path_of(reinterpret_cast<const sockaddr_un&>(address), length);
        bound.host = std::string(unix_prefix) + path;
        wrong = path.empty() ? EINVAL : 0;
    } else if (address.ss_family != AF_INET && address.ss_family != AF_INET6) {
        wrong = EAFNOSUPPORT;
    } else {
        asio::ip::tcp::endpoint endpoint;
        std::memcpy(endpoint.data(), &address, std::min<std::size_t>(length, endpoint.capacity()));
        bound = {endpoint.address().to_string(), endpoint.port()};
        wrong = bound.port == 0 ? EINVAL : 0; // not bound
    }
    if (wrong != 0) {
        return tl::unexpected(call_failure(wrong, "address of listening socket " + std::to_string(socket)));
    }
    return bound;
}

listener::listener(transport::worker_context& worker, int socket) : worker_(worker), socket_(worker.io)
{
    detail::adopt(socket_, socket, "a listening socket");
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<listener&>(node).accept_all();
        }
    }};
    operations = &timer_kind;
    worker_.accept_pauses.add(*this);
    wait();
}

listener::~listener()
{
    worker_.accept_pauses.remove(*this);
    close();
}

void listener::close()
{
    worker_.timers.remove(*this);
    error_code ignored; // closing is all that is left to be done
    socket_.close(ignored);
}

void listener::wait()
{
    try {
        socket_.async_wait(asio::posix::descriptor_base::wait_read, [this](error_code ec) {
            if (!ec) {
                accept_all();
            }
        });
    } catch (const std::bad_alloc&) {
        pause(ENOMEM);
    }
}

// At most so many in one turn: those who are connected already have their turn too.
void listener::accept_all()
{
    for (int i = 0; i < accepts_per_turn && socket_.is_open(); ++i) {
        const int connection = ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection >= 0) {
            if (const auto ec = transport::http1_connection::start(worker_, connection)) {
                return pause(ec.value());
            }
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            short_of_resources_ = false; // nobody is left waiting
            break;
        } else if (!is_clients_fault(errno)) {
            ++worker_.stats.accept_errors;
            return pause(errno);
        } else {
            worker_.shared_capacity.accept_failures.fetch_add(1, std::memory_order_relaxed);
        }
    }
    wait();
}

// Out of descriptors or memory: the pending connection stays in the kernel's queue, where it would wake us again at
// once. The pause ends sooner when this worker closes a connection. Told once, until all who waited have been accepted;
// and not at every turn where it comes and goes.
void listener::pause(int error)
{
    const auto now = worker_.timers.now();
    worker_.timers.remove(*this);
    worker_.timers.add(*this, now + pause_time);
    worker_.shared_capacity.accept_pauses.fetch_add(1, std::memory_order_relaxed);
    if (!std::exchange(short_of_resources_, true) && now >= quiet_until_) {
        quiet_until_ = now + between_lines;
        try {
            worker_.log(log_level::error, call_failure(error, "can't accept connections for now").message());
        } catch (const std::bad_alloc&) { // which is what would have been told
        }
    }
}

} // namespace rill
