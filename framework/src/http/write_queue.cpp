#include <rill/http/detail/write_queue.hpp>

#include <algorithm>
#include <rill/core/detail/cancellation.hpp>
#include <utility>

#include "core/exception_collector.hpp"

namespace rill::detail {

error_code write_queue::error_of(write_state outcome) noexcept
{
    switch (outcome) {
    case write_state::closed:
        return boost::asio::error::operation_aborted;
    case write_state::invalid_utf8:
        return error::invalid_utf8;
    case write_state::sent:
    case write_state::queued:
        break;
    }
    return {};
}

// Adds a write to the list. If a single write waits, it becomes the first write of the list.
write_queue::pending_write& write_queue::append(std::uint64_t end, write_state outcome)
{
    if (several() == nullptr) {
        auto writes = std::make_unique<std::list<pending_write>>(1);
        const auto* left = unsent();
        auto& first = writes->front();
        first.done.take_over(pending_->waiting);
        first.outcome = std::exchange(pending_->outcome, write_state::queued);
        first.end = left != nullptr ? left->single_wait_end : 0;
        first.was_single = true;
        pending_->waiting.emplace(pending_list{std::move(writes)});
    }
    auto& write = several()->writes->emplace_back();
    write.end = end;
    write.outcome = outcome;
    return write;
}

void write_queue::remove(const pending_write* write) noexcept
{
    if (write != nullptr) {
        several()->writes->remove_if([write](const auto& other) { return &other == write; });
    }
}

// Called from a cancellation slot. If `write` is nullptr, cancels the write that was a single one when its wait began.
// This write may have moved to the list since then.
void write_queue::cancel(pending_write* write, boost::asio::cancellation_type type)
{
    if (!ends_operation(type)) {
        return;
    }
    if (destroys_coroutine()) {
        drop(write);
    } else {
        abort(write);
    }
}

// Destroying the handler destroys its coroutine. Destructors in the coroutine may call this queue. Therefore the list
// is made consistent before.
void write_queue::drop(pending_write* write) noexcept
{
    auto* list = several();
    if (list == nullptr) {
        if (write == nullptr) {
            drop_all();
        }
        return;
    }
    std::list<pending_write> dropped;
    auto& writes = *list->writes;
    const auto matches = [write](const auto& other) { return write != nullptr ? &other == write : other.was_single; };
    const auto found = std::ranges::find_if(writes, matches);
    if (found != writes.end()) {
        dropped.splice(dropped.end(), writes, found);
    }
    if (writes.empty()) {
        drop_all();
    }
}

void write_queue::abort(pending_write* write)
{
    if (auto* list = write == nullptr ? several() : nullptr) {
        write = &list->writes->front(); // the former single write is first in the list while it waits
        if (!write->was_single) {
            return;
        }
    }
    if (write == nullptr && !has_waiter()) {
        return;
    }
    auto& outcome = write != nullptr ? write->outcome : pending_->outcome;
    if (outcome == write_state::queued) {
        outcome = write_state::closed;
        defer_completions();
    }
}

void write_queue::complete_written()
{
    const auto* left = unsent();
    const auto written = [left](std::uint64_t end) { return left == nullptr || end <= left->taken; };
    if (several() != nullptr) {
        complete_if([&](const pending_write& write) { return written(write.end); });
    } else if (has_waiter() &&
               (pending_->outcome != write_state::queued || left == nullptr || written(left->single_wait_end)))
    {
        complete_all({});
    }
}

void write_queue::complete_deferred()
{
    if (several() != nullptr) {
        complete_if([](const pending_write& write) { return write.outcome != write_state::queued; });
    } else if (has_waiter() && pending_->outcome != write_state::queued) {
        complete_all({});
    }
}

void write_queue::complete_all(error_code ec)
{
    if (has_waiter()) {
        const auto outcome = std::exchange(pending_->outcome, write_state::queued);
        waiter done; // the call may use this queue, or destroy it
        done.take_over(pending_->waiting);
        release_pending();
        done.complete(outcome == write_state::queued ? ec : error_of(outcome));
    }
}

void write_queue::drop_all() noexcept
{
    if (pending_) {
        pending_->outcome = write_state::queued;
        waiter dropped; // the destructor of the handler may use this queue
        dropped.take_over(pending_->waiting);
        release_pending();
    }
}

// Removes all ready writes from the list before it completes them. A completed handler may write again, or may find
// that the stream has ended.
template <class Condition>
void write_queue::complete_if(Condition condition)
{
    auto& writes = *several()->writes;
    std::list<pending_write> ready;
    for (auto next = writes.begin(); next != writes.end();) {
        const auto write = next++;
        if (condition(*write)) {
            ready.splice(ready.end(), writes, write);
            write->outcome = write->outcome == write_state::queued ? write_state::sent : write->outcome;
        }
    }
    if (writes.empty()) {
        drop_all();
    }
    complete(std::move(ready));
}

void write_queue::complete(std::list<pending_write> ready)
{
    exception_collector exceptions; // an exception of one handler must not stop the others
    for (auto& write : ready) {
        exceptions.run([&write] { write.done.complete(error_of(write.outcome)); });
    }
    exceptions.rethrow();
}

void write_queue::pending_list::operator()(error_code ec)
{
    exception_collector exceptions;
    for (auto& write : *writes) {
        // a later cancellation finds nothing to end
        const auto outcome = std::exchange(write.outcome, write_state::closed);
        exceptions.run([&] { write.done.complete(outcome == write_state::queued ? ec : error_of(outcome)); });
    }
    exceptions.rethrow();
}

} // namespace rill::detail
