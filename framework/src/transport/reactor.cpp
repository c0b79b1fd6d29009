#include "transport/reactor.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>

#include "core/adopt.hpp"
#include "core/exception_collector.hpp"
#include "transport/virtual_socket.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t batch = 256;

int open_epoll()
{
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) {
        throw std::system_error(errno, std::system_category(), "epoll_create1");
    }
    return descriptor;
}

readiness translate(std::uint32_t events) noexcept
{
    return {.readable = (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
            .writable = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
            .peer_finished = (events & (EPOLLRDHUP | EPOLLHUP)) != 0,
            .broken = (events & EPOLLERR) != 0};
}

} // namespace

reactor::reactor(asio::io_context& context, ready_function on_ready)
    : epoll_(context), memory_(std::make_shared<detail::reserved_memory>()), on_ready_(on_ready)
{
    detail::adopt(epoll_, open_epoll(), "epoll");
    wait();
}

error_code reactor::add(int descriptor, void* target)
{
    if (virtual_socket::names(descriptor)) [[unlikely]] {
        return virtual_socket::at(descriptor).watch(*this, target);
    }
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = target}};
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        return {errno, boost::system::system_category()};
    }
    return {};
}

void reactor::remove(int descriptor) noexcept
{
    if (virtual_socket::names(descriptor)) [[unlikely]] {
        return virtual_socket::at(descriptor).unwatch();
    }
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void reactor::wait()
{
    epoll_.async_wait(asio::posix::descriptor_base::wait_read, detail::reserved_handler(memory_, [this](error_code ec) {
                          if (!ec) {
                              poll();
                          }
                      }));
}

void reactor::poll()
{
    std::array<epoll_event, batch> events;
    const int count = ::epoll_wait(epoll_.native_handle(), events.data(), batch, 0);
    detail::exception_collector failure; // an exception must not stop the loop, because edges are not reported again
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        failure.run([&] { on_ready_(event.data.ptr, translate(event.events)); });
    }
    if (count == static_cast<int>(batch)) { // there may be more; timers and other work run first
        asio::post(epoll_.get_executor(), detail::reserved_handler(memory_, [this] { poll(); }));
    } else {
        wait();
    }
    failure.rethrow();
}

} // namespace rill::transport
