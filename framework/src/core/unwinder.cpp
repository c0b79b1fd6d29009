#include <rill/core/detail/unwinder.hpp>

#include <algorithm>
#include <new>
#include <rill/core/detail/cancellation.hpp>

#include "core/reserved_handler.hpp"

namespace rill::detail {

namespace {

// So many rounds follow each other from turn to turn of the event loop: a loop of rill's operations is over by then.
constexpr unsigned quick_rounds = unwinder::patience + 16;

// From this round on, after some 100 ms, operations that rill does not know are cancelled again.
constexpr unsigned patient_rounds = quick_rounds + 7;

std::chrono::milliseconds pause_after(unsigned rounds) noexcept
{
    constexpr unsigned longest = 10; // 2^10 ms
    return std::chrono::milliseconds(1 << std::min(rounds - std::min(rounds, quick_rounds), longest));
}

void unlink(cancelled_coroutine& entry) noexcept
{
    entry.prev->next = entry.next;
    entry.next->prev = entry.prev;
    entry.prev = entry.next = &entry;
}

void link_before(cancelled_coroutine& entry, cancelled_coroutine& position) noexcept
{
    entry.prev = position.prev;
    entry.next = &position;
    entry.prev->next = &entry;
    position.prev = &entry;
}

} // namespace

asio::execution_context::id unwinder::id;

unwinder::unwinder(asio::execution_context& context)
    : asio::execution_context::service(context), io_(static_cast<asio::io_context&>(context)),
      timers_(timer_service::of(io_)), turn_(std::make_unique<coalesced_post>())
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

void unwinder::cancel(spawned_coroutine& coroutine, asio::cancellation_signal& signal, const spawned_coroutine* root)
{
    watch(coroutine, signal, root);
    cancellation_round first{.destroys = false};
    if (auto* entry = coroutine.cancelled()) {
        emit(*entry, asio::cancellation_type::terminal, first);
    } else {
        emit(signal, asio::cancellation_type::terminal, first);
    }
}

void unwinder::watch(spawned_coroutine& coroutine, asio::cancellation_signal& signal,
                     const spawned_coroutine* root) noexcept
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
    entry->signal = &signal;
    entry->root = root;
    entry->since = timers_.now();
    coroutine.cancelled(*entry);
    link_before(*entry, entries_);
    turn_->post(io_, [this] { run_round(); });
}

void unwinder::forget(spawned_coroutine& coroutine) noexcept
{
    if (auto* entry = coroutine.cancelled()) {
        coroutine.no_longer_cancelled();
        if (entry->gone != nullptr) {
            *entry->gone = true;
        }
        unlink(*entry);
        delete entry;
    }
}

// An entry may go while it is repeated, and others with it: those that are still to come are kept apart.
void unwinder::run_round()
{
    cancelled_coroutine waiting;
    while (entries_.next != &entries_) {
        auto& entry = *entries_.next;
        unlink(entry);
        link_before(entry, waiting);
    }
    while (waiting.next != &waiting) {
        auto& entry = *waiting.next;
        unlink(entry);
        link_before(entry, entries_);
        repeat(entry);
    }
    schedule();
}

void unwinder::repeat(cancelled_coroutine& entry)
{
    ++entry.rounds;
    if (entry.destroyed) { // its frame goes in a turn to come
        return;
    }
    if (!entry.reported && timers_.now() - entry.since >= report_after) {
        report(entry, outcome::lingers);
    }
    // An operation that rill does not know gets time to end after its first cancellation. asio::co_spawn() passes a
    // cancellation on to a thread pool by a pointer to what is freed when its coroutine ends (Boost 1.81).
    const bool known =
        entry.reached_one || entry.coroutine->waiting != nullptr || !entry.coroutine->slot.is_connected();
    if (!known && entry.rounds < patient_rounds) {
        return;
    }
    cancellation_round round{.destroys = entry.swallowed >= patience};
    note_waiting_timer(timers_, *entry.coroutine);
    if (!emit(entry, repeated_cancellation, round)) {
        return;
    }
    if (round.reached_one && round.destroys) {
        entry.destroyed = true;
        report(entry, outcome::destroyed);
    } else if (round.reached_one) {
        ++entry.swallowed;
        entry.rounds = 1; // it is in a loop of rill's operations
    }
}

void unwinder::emit(asio::cancellation_signal& signal, asio::cancellation_type type, cancellation_round& round)
{
    // This may happen inside another coroutine's round.
    auto* outer = std::exchange(cancellation_round::current, &round);
    signal.emit(type);
    cancellation_round::current = outer;
}

bool unwinder::emit(cancelled_coroutine& entry, asio::cancellation_type type, cancellation_round& round)
{
    bool gone = false; // with the entry: a cancellation may end a coroutine at once
    auto* outer = std::exchange(entry.gone, &gone);
    emit(*entry.signal, type, round);
    if (gone) {
        if (outer != nullptr) {
            *outer = true;
        }
        return false;
    }
    entry.gone = outer;
    entry.reached_one = round.reached_one;
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
    if (entries_.next == &entries_) {
        return;
    }
    auto fewest = entries_.next->rounds;
    for (auto* entry = entries_.next; entry != &entries_; entry = entry->next) {
        fewest = std::min(fewest, entry->rounds);
    }
    if (fewest < quick_rounds) {
        turn_->post(io_, [this] { run_round(); });
    } else if (!timer_.linked()) {
        timers_.add(timer_, timers_.now() + pause_after(fewest));
    }
}

// The coroutines' owners are gone or going.
void unwinder::shutdown() noexcept
{
    turn_->never();
    timers_.remove(timer_);
    on_ignored = nullptr;
    while (entries_.next != &entries_) {
        forget(*entries_.next->coroutine);
    }
}

} // namespace rill::detail
