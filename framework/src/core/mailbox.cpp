#include <rill/core/mailbox.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <rill/core/detail/adopt.hpp>
#include <rill/core/detail/first_failure.hpp>
#include <rill/core/error.hpp>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <vector>

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

struct mailbox::queue
{
    std::mutex mutex;
    std::vector<message> messages;
    std::uint64_t posted = 0;
    int descriptor = -1; ///< -1 once the context is gone
};

// Kept out of the header for the users' compile time.
struct mailbox::event
{
    explicit event(asio::io_context& context) : descriptor(context)
    {
        detail::adopt(descriptor, open_eventfd(), "eventfd");
    }

    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> descriptor;
};

asio::execution_context::id mailbox::id;

mailbox::mailbox(asio::execution_context& context)
    : asio::execution_context::service(context), queue_(std::make_shared<queue>()),
      event_(std::make_unique<event>(static_cast<asio::io_context&>(context)))
{
    queue_->descriptor = event_->descriptor.native_handle();
    wait();
}

mailbox::~mailbox() = default;

mailbox& mailbox::of(asio::io_context& context)
{
    return asio::use_service<mailbox>(context);
}

void mailbox::address::post(message m) const
{
    if (!queue_) {
        return;
    }
    const std::lock_guard lock(queue_->mutex);
    if (queue_->descriptor < 0) {
        return;
    }
    queue_->messages.push_back(std::move(m));
    ++queue_->posted;
    if (queue_->messages.size() == 1) { // otherwise it is being woken already
        const std::uint64_t one = 1;
        while (::write(queue_->descriptor, &one, sizeof one) < 0 && errno == EINTR) { // lost, it would never be woken
        }
    }
}

std::uint64_t mailbox::posted() const
{
    const std::lock_guard lock(queue_->mutex);
    return queue_->posted;
}

// What was not delivered is destroyed unread, and outside the lock: it may hold anything.
void mailbox::shutdown() noexcept
{
    std::vector<message> undelivered;
    {
        const std::lock_guard lock(queue_->mutex);
        queue_->descriptor = -1;
        undelivered.swap(queue_->messages);
    }
    event_.reset();
}

void mailbox::wait()
{
    event_->descriptor.async_wait(asio::posix::descriptor_base::wait_read, [this](error_code ec) {
        if (!ec) {
            wait();
            deliver();
        }
    });
}

void mailbox::deliver()
{
    std::uint64_t count = 0;
    static_cast<void>(::read(event_->descriptor.native_handle(), &count, sizeof count));
    std::vector<message> messages;
    {
        const std::lock_guard lock(queue_->mutex);
        messages.swap(queue_->messages);
    }
    detail::first_failure failure;
    for (auto& m : messages) { // all of them: a worker's stop() must not be lost for one that throws
        failure.run(std::exchange(m, nullptr));
    }
    failure.rethrow();
}

} // namespace rill
