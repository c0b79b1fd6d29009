#include <rill/core/shutdown_signal.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <rill/core/detail/cancellation.hpp>

#include "core/exception_collector.hpp"
#include "core/reserved_handler.hpp"

namespace rill {

namespace asio = boost::asio;
namespace intrusive = boost::intrusive;

// Each wait allocates one object. A coroutine that never waits needs no memory for it. The list that contains the
// object owns it.
struct shutdown_signal::pending_wait : intrusive::list_base_hook<intrusive::link_mode<intrusive::auto_unlink>>
{
    detail::waiter waiter;
    asio::cancellation_slot slot;
    bool aborted = false;
};

struct shutdown_signal::state
{
    using wait_list = intrusive::list<pending_wait, intrusive::constant_time_size<false>>;

    wait_list waiting;
    wait_list completing; // the next turn of the event loop completes these
    detail::coalesced_post completion;

    static void move(pending_wait& wait, wait_list& to) noexcept
    {
        wait.unlink();
        to.push_back(wait);
    }

    static void complete_first(wait_list& waits)
    {
        const std::unique_ptr<pending_wait> wait(&waits.front());
        waits.pop_front();
        if (wait->slot.is_connected()) {
            wait->slot.clear(); // a later cancellation must not access the freed wait
        }
        wait->waiter.complete(wait->aborted ? error_code(asio::error::operation_aborted) : error_code());
    }
};

asio::execution_context::id shutdown_signal::id;

shutdown_signal::shutdown_signal(asio::execution_context& context)
    : asio::execution_context::service(context), state_(std::make_unique<state>())
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
    state_->completing.splice(state_->completing.end(), state_->waiting);
    post_completions();
}

shutdown_signal::pending_wait& shutdown_signal::add(detail::waiter& waiter, const asio::cancellation_slot& slot)
{
    auto made = std::make_unique<pending_wait>();
    made->waiter.take_over(waiter);
    made->slot = slot;
    auto& wait = *made.release();
    (requested_ ? state_->completing : state_->waiting).push_back(wait);
    if (requested_) {
        post_completions();
    }
    return wait;
}

// The coroutine's cancellation slot calls this function. It does not abort a wait that the shutdown has already
// completed.
void shutdown_signal::cancel(pending_wait& wait, asio::cancellation_type type)
{
    if (!detail::ends_operation(type)) {
        return;
    }
    if (detail::destroys_coroutine()) {
        wait.unlink();
        const std::unique_ptr<pending_wait> dropped(&wait);
        return;
    }
    if (!requested_ && !std::exchange(wait.aborted, true)) {
        state::move(wait, state_->completing);
        post_completions();
    }
}

void shutdown_signal::post_completions() noexcept
{
    if (!state_->completing.empty()) {
        state_->completion.post(static_cast<asio::io_context&>(context()), [this] { complete_all(); });
    }
}

// Completes the waits that are in the list when this function begins. If a coroutine waits again, the next turn
// completes the new wait.
void shutdown_signal::complete_all()
{
    state::wait_list now;
    now.swap(state_->completing);
    detail::exception_collector exceptions; // if a handler throws, the other waits must still complete
    while (!now.empty()) {
        exceptions.run([&now] { state::complete_first(now); });
    }
    post_completions();
    exceptions.rethrow();
}

// Completes all waits, so that their coroutines release their resources.
void shutdown_signal::shutdown() noexcept
{
    state_->completion.disable();
    auto& completing = state_->completing;
    completing.splice(completing.end(), state_->waiting);
    requested_ = false;
    detail::exception_collector ignored;
    while (!completing.empty()) {
        completing.front().aborted = true;
        ignored.run([&completing] { state::complete_first(completing); });
    }
    while (!state_->waiting.empty()) { // destroy the wait of a coroutine that has waited again
        const std::unique_ptr<pending_wait> dropped(&state_->waiting.front());
        state_->waiting.pop_front();
    }
}

} // namespace rill
