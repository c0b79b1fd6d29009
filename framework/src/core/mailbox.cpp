#include <rill/core/mailbox.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/error.hpp>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "core/exception_collector.hpp"
#include "core/reserved_handler.hpp"

namespace rill {

namespace asio = boost::asio;

namespace {

int open_eventfd()
{
    const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) {
        throw std::system_error(errno, std::system_category(), "eventfd");
    }
    return descriptor;
}

} // namespace

// All addresses share the queue, so that the descriptor exists while a thread may write to it. A thread writes to the
// descriptor without the mutex. Therefore the worker that wakes does not have to wait for the mutex.
struct mailbox::queue
{
    queue() : descriptor(open_eventfd()) {}
    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;
    ~queue() { ::close(descriptor); }

    const int descriptor;
    std::mutex mutex;
    std::vector<message> messages;
    bool open = true; ///< false after the shutdown of the context
};

// Defined here, to keep the compile time of users' files low.
struct mailbox::event
{
    event(asio::io_context& context, int eventfd) : descriptor(context)
    {
        error_code ec;
        descriptor.assign(eventfd, ec);
        if (ec) {
            throw boost::system::system_error(ec, "eventfd");
        }
    }
    ~event() { descriptor.release(); } // the queue owns the descriptor

    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> descriptor;
    std::shared_ptr<detail::reserved_memory> memory = std::make_shared<detail::reserved_memory>();
};

asio::execution_context::id mailbox::id;

mailbox::mailbox(asio::execution_context& context)
    : asio::execution_context::service(context), queue_(std::make_shared<queue>()),
      event_(std::make_unique<event>(static_cast<asio::io_context&>(context), queue_->descriptor))
{
    wait();
}

mailbox::~mailbox() = default;

mailbox& mailbox::of(asio::io_context& context)
{
    return asio::use_service<mailbox>(context);
}

mailbox& mailbox::of(const executor& worker)
{
    return of(detail::context_of(worker));
}

bool mailbox::address::post(message m) const
{
    if (!queue_) {
        return false;
    }
    {
        const std::lock_guard lock(queue_->mutex);
        if (!queue_->open) {
            return false;
        }
        queue_->messages.push_back(std::move(m));
        if (queue_->messages.size() != 1) { // an earlier message has woken the worker
            return true;
        }
    }
    const std::uint64_t one = 1;
    while (::write(queue_->descriptor, &one, sizeof one) < 0 && errno == EINTR)
    { // without this write, the worker would not wake
    }
    return true;
}

// Destroys undelivered messages without the lock, because their destructors may call any function.
void mailbox::shutdown() noexcept
{
    std::vector<message> undelivered;
    {
        const std::lock_guard lock(queue_->mutex);
        queue_->open = false;
        undelivered.swap(queue_->messages);
    }
    event_.reset();
}

// Waits until the eventfd is readable. An asynchronous read is not needed, because deliver() takes all messages and
// ignores the value of the eventfd.
void mailbox::wait()
{
    event_->descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                  detail::reserved_handler(event_->memory, [this](error_code ec) {
                                      if (!ec) {
                                          wait();
                                          deliver();
                                      }
                                  }));
}

void mailbox::deliver()
{
    std::uint64_t count = 0;
    static_cast<void>(::read(queue_->descriptor, &count, sizeof count));
    std::vector<message> messages;
    {
        const std::lock_guard lock(queue_->mutex);
        messages.swap(queue_->messages);
    }
    detail::exception_collector exceptions;
    for (auto& m : messages) { // if a message throws, later ones must still run, such as a worker's stop()
        exceptions.run(std::exchange(m, nullptr));
    }
    exceptions.rethrow();
}

} // namespace rill
