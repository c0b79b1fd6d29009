#include "core/unwinder.hpp"

#include <algorithm>
#include <new>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/interval.hpp>

#include "core/coroutine_cancellation.hpp"
#include "core/reserved_handler.hpp"

namespace rill::detail {

namespace {

// The first rounds run in consecutive turns of the event loop. A loop that uses only operations of rill ends within
// these rounds.
constexpr unsigned quick_rounds = unwinder::max_ignored + 16;

// From this round on, after about 100 ms, an operation that does not belong to rill is cancelled again.
constexpr unsigned patient_rounds = quick_rounds + 7;

std::chrono::milliseconds pause_after(unsigned rounds) noexcept
{
    constexpr unsigned max_exponent = 10; // 2^10 ms
    return std::chrono::milliseconds(1 << std::min(rounds - std::min(rounds, quick_rounds), max_exponent));
}

cancelled_coroutine* entry_of(const spawned_coroutine& coroutine) noexcept
{
    return static_cast<cancelled_coroutine*>(coroutine.cancelled());
}

} // namespace

asio::execution_context::id unwinder::id;

unwinder::unwinder(asio::execution_context& context)
    : asio::execution_context::service(context), io_(static_cast<asio::io_context&>(context)),
      timers_(timer_service::of(io_)), next_round_(std::make_unique<coalesced_post>())
{
    timer_.owner = this;
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<round_timer&>(node).owner->run_round();
        }
    }};
    timer_.operations = &timer_kind;
}

unwinder::~unwinder() = default;

unwinder& unwinder::of(asio::io_context& context)
{
    return asio::use_service<unwinder>(context);
}

void unwinder::cancel(spawned_coroutine& coroutine, const spawned_coroutine* root)
{
    watch(coroutine, root);
    cancellation_round first{.destroys = false};
    if (auto* entry = entry_of(coroutine)) {
        emit(*entry, asio::cancellation_type::terminal, first);
    } else {
        emit(coroutine, asio::cancellation_type::terminal, first);
    }
}

void unwinder::watch(spawned_coroutine& coroutine, const spawned_coroutine* root) noexcept
{
    if (coroutine.cancelled() != nullptr) {
        return;
    }
    cancelled_coroutine* entry = nullptr;
    try {
        entry = new cancelled_coroutine;
    } catch (const std::bad_alloc&) {
        return;
    }
    entry->coroutine = &coroutine;
    entry->root = root;
    entry->since = timers_.now();
    coroutine.set_cancelled(*entry);
    entries_.push_back(*entry);
    next_round_->post(io_, [this] { run_round(); });
}

void unwinder::remove(spawned_coroutine& coroutine) noexcept
{
    if (auto* entry = entry_of(coroutine)) {
        coroutine.clear_cancelled();
        if (entry->gone != nullptr) {
            *entry->gone = true;
        }
        delete entry; // also removes the entry from its list
    }
}

// repeat() may delete this entry and others. Therefore the remaining entries are in a separate list.
void unwinder::run_round()
{
    entry_list remaining;
    remaining.swap(entries_);
    while (!remaining.empty()) {
        auto& entry = remaining.front();
        entries_.splice(entries_.end(), remaining, remaining.begin());
        repeat(entry);
    }
    schedule();
}

void unwinder::repeat(cancelled_coroutine& entry)
{
    ++entry.rounds;
    if (entry.destroyed) { // a later turn destroys its frame
        return;
    }
    if (!entry.reported && timers_.now() - entry.since >= report_after) {
        report(entry, outcome::still_running);
    }
    // An operation that does not belong to rill gets time to end after its first cancellation. In Boost 1.81,
    // asio::co_spawn() passes a cancellation to a thread pool by a pointer. The memory of this pointer is freed when
    // the coroutine ends.
    const bool known =
        entry.reached_operation || entry.coroutine->waiting != nullptr || !entry.coroutine->slot.is_connected();
    if (!known && entry.rounds < patient_rounds) {
        return;
    }
    cancellation_round round{.destroys = entry.ignored >= max_ignored};
    timed_wait::connect(timers_, *entry.coroutine);
    if (!emit(entry, repeated_cancellation, round)) {
        return;
    }
    if (round.reached_operation && round.destroys) {
        entry.destroyed = true;
        report(entry, outcome::destroyed);
    } else if (round.reached_operation) {
        ++entry.ignored;
        entry.rounds = 1; // the coroutine is in a loop of rill's operations
    }
}

void unwinder::emit(const spawned_coroutine& coroutine, asio::cancellation_type type, cancellation_round& round)
{
    // This function may run inside the round of another coroutine.
    auto* outer = std::exchange(cancellation_round::current, &round);
    emit_cancellation(coroutine, type);
    cancellation_round::current = outer;
}

bool unwinder::emit(cancelled_coroutine& entry, asio::cancellation_type type, cancellation_round& round)
{
    bool gone = false; // a cancellation may end the coroutine and delete its entry at once
    auto* outer = std::exchange(entry.gone, &gone);
    emit(*entry.coroutine, type, round);
    if (gone) {
        if (outer != nullptr) {
            *outer = true;
        }
        return false;
    }
    entry.gone = outer;
    entry.reached_operation = round.reached_operation;
    return true;
}

void unwinder::report(cancelled_coroutine& entry, outcome what)
{
    entry.reported = true;
    if (on_ignored) {
        on_ignored(entry, what);
    }
}

void unwinder::schedule() noexcept
{
    if (entries_.empty()) {
        return;
    }
    auto fewest = entries_.front().rounds;
    for (const auto& entry : entries_) {
        fewest = std::min(fewest, entry.rounds);
    }
    if (fewest < quick_rounds) {
        next_round_->post(io_, [this] { run_round(); });
    } else if (!timer_.linked()) {
        timers_.add(timer_, timers_.now() + pause_after(fewest));
    }
}

// The owners of the coroutines are destroyed already, or will be destroyed soon.
void unwinder::shutdown() noexcept
{
    next_round_->disable();
    timers_.remove(timer_);
    on_ignored = nullptr;
    while (!entries_.empty()) {
        remove(*entries_.front().coroutine);
    }
}

void cancel(timer_service& timers, spawned_coroutine& coroutine, const spawned_coroutine* root)
{
    timed_wait::connect(timers, coroutine);
    unwinder::of(static_cast<asio::io_context&>(timers.context())).cancel(coroutine, root);
}

void destroyed(spawned_coroutine& coroutine, spawn_done done)
{
    const auto* entry = entry_of(coroutine);
    if (entry != nullptr && entry->destroyed) {
        unwinder::remove(coroutine);
        done(coroutine, exception_of(make_error_code(error::cancellation_ignored)));
    }
}

} // namespace rill::detail
