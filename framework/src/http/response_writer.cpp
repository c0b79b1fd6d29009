#include <rill/http/response_writer.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/first_failure.hpp>
#include <utility>

namespace rill {

namespace {

constexpr std::size_t scratch_kept = 64UL * 1024;

} // namespace

std::string& response_writer::scratch()
{
    thread_local std::string buffer;
    if (buffer.capacity() > scratch_kept) {
        std::string().swap(buffer); // an assignment would keep the memory
    }
    buffer.assign(frame_room, '\0');
    return buffer;
}

response_writer::write_state response_writer::put(std::string_view data)
{
    if (data.empty()) { // an empty chunk would end the body
        return reason_ == close_reason::open ? write_state::sent : write_state::closed;
    }
    auto& piece = scratch();
    piece.append(data);
    return commit(piece);
}

error_code response_writer::error_of(write_state outcome) noexcept
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

void response_writer::fail_on_foreign_thread(const char* operation) noexcept
{
    std::fprintf(stderr,
                 "rill: %s called from a thread that is not the stream's worker; use rill::mailbox or publish to a "
                 "channel\n",
                 operation);
    std::abort();
}

// What the wait that is alone has come to. It is about to leave waiter_.
response_writer::write_state response_writer::take_first() noexcept
{
    return std::exchange(first_, write_state::queued);
}

// Behind those that wait already. The one that was alone becomes the first of the line.
response_writer::pending_write& response_writer::enter_line(std::uint64_t end, write_state outcome)
{
    auto* several = waiter_.get<pending_writes>();
    if (several == nullptr) {
        auto list = std::make_unique<std::list<pending_write>>(1);
        const auto* left = unsent();
        auto& first = list->front();
        first.done.take_over(waiter_);
        first.outcome = take_first();
        first.end = left != nullptr ? left->first_wait_end : 0;
        first.was_alone = true;
        waiter_.emplace(pending_writes{std::move(list)});
        several = waiter_.get<pending_writes>();
    }
    auto& one = several->list->emplace_back();
    one.end = end;
    one.outcome = outcome;
    return one;
}

void response_writer::leave_line(const pending_write* one) noexcept
{
    if (one != nullptr) {
        waiter_.get<pending_writes>()->list->remove_if([one](const auto& other) { return &other == one; });
    }
}

// Reached from a cancellation slot. Null: the one that was alone when its wait began.
void response_writer::cancel(pending_write* one, boost::asio::cancellation_type type)
{
    if (!detail::ends_operation(type)) {
        return;
    }
    if (detail::destroys_coroutine()) {
        drop(one);
    } else {
        abort(one);
    }
}

// The coroutine goes with its handler, and its destructors may do anything: the line is in order before.
void response_writer::drop(pending_write* one) noexcept
{
    auto* several = waiter_.get<pending_writes>();
    if (several == nullptr) {
        if (one == nullptr) {
            take_first();
            waiter_.reset();
        }
        return;
    }
    std::list<pending_write> dropped;
    auto& list = *several->list;
    const auto is_it = [one](const auto& other) { return one != nullptr ? &other == one : other.was_alone; };
    const auto found = std::ranges::find_if(list, is_it);
    if (found != list.end()) {
        dropped.splice(dropped.end(), list, found);
    }
    if (list.empty()) {
        waiter_.reset();
    }
}

void response_writer::abort(pending_write* one)
{
    if (auto* several = one == nullptr ? waiter_.get<pending_writes>() : nullptr) {
        one = &several->list->front(); // where it is as long as it waits
        if (!one->was_alone) {
            return;
        }
    }
    if (one == nullptr && !waiter_) {
        return;
    }
    auto& outcome = one != nullptr ? one->outcome : first_;
    if (outcome == write_state::queued) {
        outcome = write_state::closed;
        wake_later();
    }
}

void response_writer::complete_written()
{
    const auto* left = unsent();
    const auto written = [left](std::uint64_t end) { return left == nullptr || end <= left->taken; };
    if (waiter_.get<pending_writes>() != nullptr) {
        complete_if([&](const pending_write& one) { return written(one.end); });
    } else if (waiter_ && (first_ != write_state::queued || left == nullptr || written(left->first_wait_end))) {
        waiter_.complete(error_of(take_first()));
    }
}

void response_writer::complete_put_off()
{
    if (waiter_.get<pending_writes>() != nullptr) {
        complete_if([](const pending_write& one) { return one.outcome != write_state::queued; });
    } else if (waiter_ && first_ != write_state::queued) {
        waiter_.complete(error_of(take_first()));
    }
}

void response_writer::complete_all(error_code ec)
{
    if (waiter_) {
        const auto outcome = take_first();
        waiter_.complete(outcome == write_state::queued ? ec : error_of(outcome));
    }
}

void response_writer::drop_all() noexcept
{
    take_first();
    waiter_.reset();
}

// All that are ready leave the line first: who is called may write again, or find the stream at its end.
template <class Condition>
void response_writer::complete_if(Condition condition)
{
    auto& list = *waiter_.get<pending_writes>()->list;
    std::list<pending_write> ready;
    for (auto next = list.begin(); next != list.end();) {
        const auto one = next++;
        if (condition(*one)) {
            ready.splice(ready.end(), list, one);
            one->outcome = one->outcome == write_state::queued ? write_state::sent : one->outcome;
        }
    }
    if (list.empty()) {
        waiter_.reset();
    }
    complete(std::move(ready));
}

void response_writer::complete(std::list<pending_write> ready)
{
    detail::first_failure failure; // of a user's completion handler; it must not keep the others waiting
    for (auto& one : ready) {
        failure.run([&one] { one.done.complete(error_of(one.outcome)); });
    }
    failure.rethrow();
}

void response_writer::pending_writes::operator()(error_code ec)
{
    detail::first_failure failure;
    for (auto& one : *list) {
        const auto outcome = std::exchange(one.outcome, write_state::closed); // nobody is to cancel it any more
        failure.run([&] { one.done.complete(outcome == write_state::queued ? ec : error_of(outcome)); });
    }
    failure.rethrow();
}

} // namespace rill
