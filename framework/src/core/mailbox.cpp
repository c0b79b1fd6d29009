#include <rill/core/mailbox.hpp>

#include <algorithm>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/error.hpp>
#include <rill/core/timer_service.hpp>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "core/exception_collector.hpp"
#include "core/reserved_handler.hpp"
#include "core/wake_rate.hpp"

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
    bool open = true;         ///< false after the shutdown of the context
    bool woken = false;       ///< a thread wakes the worker, or has woken it, for the queued messages
    bool has_waiting = false; ///< a queued message may wait
    bool timer_wakes = false; ///< the worker has a timer for the messages that may wait
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

// The timer that delivers the messages that may wait. Belongs to the thread of the worker.
struct mailbox::window : timer_node
{
    window(mailbox& mailbox, timer_service& timers) : owner(mailbox), timers(timers)
    {
        static constexpr timer_operations kind{[](timer_node& node, error_code ec) {
            auto& self = static_cast<window&>(node);
            ec ? self.owner.stop_waiting() : self.owner.deliver(true);
        }};
        operations = &kind;
    }
    window(const window&) = delete;
    window& operator=(const window&) = delete;
    ~window() { timer_service::remove(*this); }

    // These functions return whether the timer has been set.
    bool on_wake()
    {
        const auto now = timers.now();
        return rate.on_wake(now) && set(now + rate.window());
    }
    bool begin_next() { return set(std::max(deadline + rate.window(), timers.now())); }
    bool end()
    {
        rate.on_quiet_window();
        return false;
    }
    bool set(timer_service::clock::time_point when)
    {
        timers.add(*this, when);
        return true;
    }

    mailbox& owner;
    timer_service& timers;
    detail::wake_rate rate;
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

void mailbox::set_coalescing(std::chrono::milliseconds window)
{
    if (!window_) {
        window_ =
            std::make_unique<mailbox::window>(*this, timer_service::of(static_cast<asio::io_context&>(context())));
    }
    window_->rate.set_window(window);
}

bool mailbox::address::post(message m) const
{
    return add(std::move(m), false);
}

bool mailbox::address::post_coalesced(message m) const
{
    return add(std::move(m), true);
}

bool mailbox::address::add(message m, bool may_wait) const
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
        queue_->has_waiting |= may_wait;
        if (queue_->woken || (may_wait && queue_->timer_wakes)) {
            return true;
        }
        queue_->woken = true;
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
    window_.reset();
}

// Waits until the eventfd is readable. An asynchronous read is not needed, because deliver() takes all messages and
// ignores the value of the eventfd.
void mailbox::wait()
{
    event_->descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                  detail::reserved_handler(event_->memory, [this](error_code ec) {
                                      if (!ec) {
                                          wait();
                                          std::uint64_t count = 0;
                                          static_cast<void>(::read(queue_->descriptor, &count, sizeof count));
                                          deliver(false);
                                      }
                                  }));
}

// The timer is set before the messages run. Therefore their run time does not lengthen the window.
void mailbox::deliver(bool at_end_of_window)
{
    std::vector<message> messages;
    {
        const std::lock_guard lock(queue_->mutex);
        messages.swap(queue_->messages);
        queue_->woken = false;
        queue_->timer_wakes = keep_waiting(std::exchange(queue_->has_waiting, false), at_end_of_window);
    }
    detail::exception_collector exceptions;
    for (auto& m : messages) { // if a message throws, later ones must still run, such as a worker's stop()
        exceptions.run(std::exchange(m, nullptr));
    }
    exceptions.rethrow();
}

// Returns whether the timer wakes the worker for the next messages that may wait. The caller holds the mutex.
bool mailbox::keep_waiting(bool had_messages, bool at_end_of_window)
{
    if (!window_ || window_->linked()) { // a linked timer: post() has woken the worker within a window
        return bool(window_);
    }
    if (at_end_of_window) {
        return had_messages ? window_->begin_next() : window_->end();
    }
    return had_messages && window_->on_wake();
}

// The timer was aborted. Later messages wake the worker.
void mailbox::stop_waiting()
{
    const std::lock_guard lock(queue_->mutex);
    queue_->timer_wakes = false;
}

} // namespace rill
