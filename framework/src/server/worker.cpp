#include "server/worker.hpp"

#include <cerrno>
#include <rill/core/detail/first_failure.hpp>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace rill {

namespace {

// How long coroutines that were cancelled at the deadline may take to unwind.
constexpr std::chrono::milliseconds unwind_time{2'000};

constexpr int unwinding_turns = 100;

int open_eventfd()
{
    const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) {
        throw std::system_error(errno, std::system_category(), "eventfd");
    }
    return descriptor;
}

} // namespace

mailbox::mailbox(asio::io_context& context) : event_(context, open_eventfd())
{
    wait();
}

void mailbox::post(std::function<void()> message)
{
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the worker is being woken already.
    static_cast<void>(::write(event_.native_handle(), &one, sizeof one));
}

void mailbox::wait()
{
    event_.async_wait(asio::posix::descriptor_base::wait_read, [this](error_code ec) {
        if (!ec) {
            wait();
            deliver();
        }
    });
}

void mailbox::deliver()
{
    std::uint64_t count = 0;
    static_cast<void>(::read(event_.native_handle(), &count, sizeof count));
    std::vector<std::function<void()>> messages;
    {
        const std::lock_guard lock(mutex_);
        messages.swap(messages_);
    }
    detail::first_failure failure;
    for (const auto& message : messages) { // all of them: stop() must not be lost for one that throws
        failure.run(message);
    }
    failure.rethrow();
}

worker::worker(const handler& app, const server_options& options, const observer& observer)
    : options_(options), io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE), context_(io_, app, options.limits, observer),
      mailbox_(io_)
{
    context_.timers.coalescing(options.timer_coalescing);
    deadline_.owner = this;
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<deadline&>(node).owner->on_deadline();
        }
    }};
    deadline_.operations = &timer_kind;
    context_.on_drained = [this] { io_.stop(); };
}

// Handlers that did not end in the drain, or had none, are cancelled here: their coroutines must not outlive what they
// use.
worker::~worker()
{
    context_.timers.remove(deadline_);
    if (listener_) {
        listener_->close();
    }
    context_.on_drained = nullptr;
    for (int turn = 0; turn < unwinding_turns && context_.connections() != 0; ++turn) {
        context_.cancel_all();
        io_.restart();
        io_.poll();
    }
}

void worker::run()
{
    while (!io_.stopped()) {
        try {
            io_.run();
        } catch (const std::exception& e) {
            // From a completion handler of the user's own: none of ours throws. The loop goes on for all the others.
            context_.log(log_level::error, std::string("exception in the event loop: ") + e.what());
        } catch (...) {
            context_.log(log_level::error, "exception in the event loop: something that is not a std::exception");
        }
    }
}

void worker::stop()
{
    mailbox_.post([this] { begin_drain(); });
}

void worker::begin_drain()
{
    if (std::exchange(stopping_, true)) {
        return;
    }
    if (listener_) {
        listener_->close();
    }
    context_.timers.add(deadline_, context_.timers.now() + options_.drain_timeout);
    context_.begin_drain();
}

void worker::on_deadline()
{
    if (std::exchange(deadline_.last, true)) {
        context_.log(log_level::error,
                     std::to_string(context_.connections()) + " handlers did not end when they were cancelled");
        io_.stop();
        return;
    }
    context_.timers.add(deadline_, context_.timers.now() + unwind_time);
    context_.cancel_all();
}

} // namespace rill
