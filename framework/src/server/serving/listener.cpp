#include "server/serving/listener.hpp"

#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <utility>

#include "core/adopt.hpp"
#include "server/process/system_failure.hpp"
#include "transport/http1_connection.hpp"

namespace rill {

namespace {

constexpr int max_accepts_per_turn = 256; // limited, so that the event loop also serves open connections
constexpr std::chrono::milliseconds accept_pause{90};
constexpr std::chrono::seconds log_interval{10};

// Whether the error belongs to one pending connection (accept(2)). Then the next connection may be valid.
bool is_error_of_client(int error) noexcept
{
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM || error == ENETDOWN ||
           error == EHOSTDOWN || error == EHOSTUNREACH || error == ENETUNREACH || error == ENONET ||
           error == ENOPROTOOPT || error == EOPNOTSUPP;
}

} // namespace

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
    error_code ignored; // the descriptor is closed even if close(2) fails
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

void listener::accept_all()
{
    for (int i = 0; i < max_accepts_per_turn && socket_.is_open(); ++i) {
        const int connection = ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection >= 0) {
            if (const auto ec = transport::http1_connection::start(worker_, connection)) {
                return pause(ec.value());
            }
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            short_of_resources_ = false; // all pending connections are accepted
            break;
        } else if (!is_error_of_client(errno)) {
            ++worker_.stats.accept_errors;
            return pause(errno);
        } else {
            worker_.shared_capacity.accept_failures.fetch_add(1, std::memory_order_relaxed);
        }
    }
    wait();
}

// Called when descriptors or memory are missing. The pending connection remains in the kernel's queue. Therefore a wait
// for readability would complete at once. The pause ends earlier if this worker closes a connection. The listener
// writes one log line for each shortage, and at most one line in each log_interval. A shortage ends when all pending
// connections are accepted.
void listener::pause(int error)
{
    const auto now = worker_.timers.now();
    worker_.timers.remove(*this);
    worker_.timers.add(*this, now + accept_pause);
    worker_.shared_capacity.accept_pauses.fetch_add(1, std::memory_order_relaxed);
    if (!std::exchange(short_of_resources_, true) && now >= next_log_line_) {
        next_log_line_ = now + log_interval;
        try {
            worker_.log(log_level::error, system_failure(error, "cannot accept connections for now").message());
        } catch (const std::bad_alloc&) { // without memory, no line is written
        }
    }
}

} // namespace rill
