#include <rill/core/shutdown_signal.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/first_failure.hpp>

#include "core/reserved_handler.hpp"

namespace rill {

namespace asio = boost::asio;

asio::execution_context::id shutdown_signal::id;

shutdown_signal::shutdown_signal(asio::execution_context& context)
    : asio::execution_context::service(context), turn_(std::make_unique<detail::coalesced_post>())
{}

shutdown_signal::~shutdown_signal() = default;

shutdown_signal& shutdown_signal::of(asio::io_context& context)
{
    return asio::use_service<shutdown_signal>(context);
}

void shutdown_signal::request()
{
    if (std::exchange(requested_, true)) {
        return;
    }
    while (!empty(waiting_)) {
        move_to(completing_, first(waiting_));
    }
    post_completions();
}

shutdown_signal::pending& shutdown_signal::add(std::unique_ptr<pending> made)
{
    auto& wait = *made.release(); // owned by its list
    move_to(requested_ ? completing_ : waiting_, wait);
    if (requested_) {
        post_completions();
    }
    return wait;
}

// Reached from the coroutine's cancellation slot. What the shutdown has completed stays completed.
void shutdown_signal::cancel(pending& wait, asio::cancellation_type type)
{
    if (!detail::ends_operation(type)) {
        return;
    }
    if (detail::destroys_coroutine()) {
        unlink(wait);
        const std::unique_ptr<pending> dropped(&wait);
        return;
    }
    if (!requested_ && !std::exchange(wait.aborted, true)) {
        move_to(completing_, wait);
        post_completions();
    }
}

void shutdown_signal::unlink(pending& wait) noexcept
{
    wait.prev->next = wait.next;
    wait.next->prev = wait.prev;
}

void shutdown_signal::move_to(link& list, pending& wait) noexcept
{
    unlink(wait);
    wait.prev = list.prev;
    wait.next = &list;
    list.prev->next = &wait;
    list.prev = &wait;
}

void shutdown_signal::post_completions() noexcept
{
    if (!empty(completing_)) {
        turn_->post(static_cast<asio::io_context&>(context()), [this] { complete_all(); });
    }
}

void shutdown_signal::complete_first()
{
    const std::unique_ptr<pending> wait(&first(completing_));
    unlink(*wait);
    if (wait->slot.is_connected()) {
        wait->slot.clear(); // it must not be cancelled once it is gone
    }
    wait->waiter.complete(wait->aborted ? error_code(asio::error::operation_aborted) : error_code());
}

// Those that are there now: one that waits again at once has its turn in the next.
void shutdown_signal::complete_all()
{
    link last;
    last.prev = completing_.prev;
    last.next = &completing_;
    completing_.prev->next = &last;
    completing_.prev = &last;
    detail::first_failure failure; // of a user's completion handler; it must not keep the others waiting
    while (completing_.next != &last) {
        failure.run([this] { complete_first(); });
    }
    completing_.next = last.next;
    last.next->prev = &completing_;
    post_completions();
    failure.rethrow();
}

// As timer_service does: what the waiting coroutines hold is released.
void shutdown_signal::shutdown() noexcept
{
    turn_->never();
    while (!empty(waiting_)) {
        move_to(completing_, first(waiting_));
    }
    requested_ = false;
    detail::first_failure ignored;
    while (!empty(completing_)) {
        first(completing_).aborted = true;
        ignored.run([this] { complete_first(); });
    }
    while (!empty(waiting_)) { // whoever waits again now is not called any more
        const std::unique_ptr<pending> dropped(&first(waiting_));
        unlink(*dropped);
    }
}

} // namespace rill
