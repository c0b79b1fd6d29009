#include "server/listener.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <new>
#include <rill/core/detail/adopt.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "server/failures.hpp"
#include "transport/http1_connection.hpp"

namespace rill {

namespace {

constexpr int accepts_per_turn = 256;
constexpr std::chrono::milliseconds pause_time{90};
constexpr std::chrono::seconds between_lines{10};

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

tl::expected<bound_address, failure> local_address(int socket)
{
    asio::ip::tcp::endpoint endpoint;
    auto length = static_cast<socklen_t>(endpoint.capacity());
    int wrong = 0;
    if (::getsockname(socket, endpoint.data(), &length) != 0) {
        wrong = errno;
    } else if (const auto family = endpoint.data()->sa_family; family != AF_INET && family != AF_INET6) {
        wrong = EAFNOSUPPORT;
    } else if (endpoint.port() == 0) { // not bound
        wrong = EINVAL;
    }
    if (wrong != 0) {
        return tl::unexpected(call_failure(wrong, "address of listening socket " + std::to_string(socket)));
    }
    return bound_address{endpoint.address().to_string(), endpoint.port()};
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
    worker_.cut_short(*this);
    wait();
}

listener::~listener()
{
    worker_.forget_pause(*this);
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
            ++worker_.figures.accept_errors;
            return pause(errno);
        } else {
            worker_.room.accept_failures.fetch_add(1, std::memory_order_relaxed);
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
    worker_.room.accept_pauses.fetch_add(1, std::memory_order_relaxed);
    if (!std::exchange(short_of_resources_, true) && now >= quiet_until_) {
        quiet_until_ = now + between_lines;
        try {
            worker_.log(log_level::error, call_failure(error, "can't accept connections for now").message());
        } catch (const std::bad_alloc&) { // which is what would have been told
        }
    }
}

} // namespace rill
