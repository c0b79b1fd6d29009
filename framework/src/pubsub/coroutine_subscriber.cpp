#include "pubsub/coroutine_subscriber.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/errc.hpp>
#include <new>
#include <rill/core/detail/cancellation.hpp>
#include <rill/sse/encoder.hpp>

#include "pubsub/worker_log.hpp"

namespace rill::pubsub::detail {

namespace {

// As for writes: completing at once costs no turn of the event loop, but nests one stack frame each.
constexpr int completions_before_yield = 16;
thread_local int nested_completions = 0;

} // namespace

coroutine_subscriber::coroutine_subscriber(std::shared_ptr<event_log> log, event_log::entry& entry,
                                           std::string_view last_event_id)
    : log_(std::move(log))
{
    auto start = log_->begin(*entry.wanted, last_event_id, entry.newest);
    if (start.unknown) {
        ended = error::unknown_event_id;
    }
    worker_log::place(*this, std::move(start));
    wanted = std::move(entry.wanted); // not before nothing can fail any more
}

coroutine_subscriber::~coroutine_subscriber()
{
    if (worker != nullptr) {
        worker->remove(*this);
    }
    if (wanted) {
        log_->leave(std::move(wanted));
    }
}

encoded_event coroutine_subscriber::place() const
{
    if (ended || worker != nullptr || behind->notice) {
        return {};
    }
    const auto id = behind->past ? behind->past->behind() : log_->id_of(*wanted, behind->place.seen);
    if (id.empty() || !sse::event_id::parse(id) || !sse::is_valid_utf8(id)) {
        return {};
    }
    return std::move(*event_draft::make({})).finish(id);
}

void coroutine_subscriber::begin(boost::asio::io_context& context)
{
    context_ = &context;
    if (ended) {
        finish();
        return;
    }
    if (worker == nullptr) {
        try {
            worker_log::of(context, log_).add(*this);
        } catch (const std::bad_alloc&) {
            end_without_memory();
            return;
        }
    }
    go_on();
}

void coroutine_subscriber::end_without_memory()
{
    now = state::ended;
    ended = make_error_code(boost::system::errc::not_enough_memory);
    finish();
}

void coroutine_subscriber::go_on()
{
    encoded_event event;
    try {
        event = worker->pull(*this);
    } catch (const std::bad_alloc&) {
        end_without_memory();
        return;
    }
    if (now == state::ended) {
        finish();
        return;
    }
    if (!event) {
        worker->settle(*this);
        return;
    }
    now = state::waiting;
    if (nested_completions >= completions_before_yield) {
        held_ = std::move(event);
        worker->make_ready(*this);
        return;
    }
    if (event.kind() == event_kind::message) {
        worker_link::add(worker->counters().delivered, 1);
    }
    complete({}, std::move(event));
}

// While it is live a handler waits.
void coroutine_subscriber::take(const event_log::found_event& e)
{
    complete({}, e.event);
}

bool coroutine_subscriber::serve(std::size_t& budget)
{
    --budget;
    if (std::exchange(aborted_, false)) {
        if (now == state::live) {
            worker_log::fall_behind(*this, worker->head());
        }
        now = state::waiting;
        if (held_) { // is given to the next next()
            behind->notice = std::move(held_);
        }
        complete(asio::error::operation_aborted, {});
        return true;
    }
    if (!waiting) {
        now = state::waiting;
        return false;
    }
    if (held_) {
        now = state::waiting;
        if (held_.kind() == event_kind::message) {
            worker_link::add(worker->counters().delivered, 1);
        }
        complete({}, std::exchange(held_, {}));
        return true;
    }
    const auto before = behind->place.seen;
    const auto* place = behind.get();
    now = state::waiting;
    auto event = worker->pull(*this);
    if (now == state::ended) {
        finish();
        return true;
    }
    if (!event) {
        worker->settle(*this);
        return now == state::live || place->place.seen != before;
    }
    if (event.kind() == event_kind::message) {
        worker_link::add(worker->counters().delivered, 1);
    }
    complete({}, std::move(event));
    return true;
}

void coroutine_subscriber::cancel(boost::asio::cancellation_type type)
{
    if (!waiting || !rill::detail::ends_operation(type)) {
        return;
    }
    if (rill::detail::destroys_coroutine()) {
        drop();
    } else if (worker != nullptr && finishing_ == nullptr) { // else it is over in the next turn anyway
        aborted_ = true;
        worker->make_ready(*this);
    }
}

// The coroutine goes with its handler, and most likely this with the coroutine.
void coroutine_subscriber::drop()
{
    aborted_ = false;
    finishing_.reset();
    if (now == state::live) {
        worker_log::fall_behind(*this, worker->head());
        now = state::waiting;
    }
    event_waiter dropped;
    dropped.take_over(waiting);
}

// Found out when its handler asks, or while that does something else: the one who asks completes it.
void coroutine_subscriber::on_evicted(error_code why)
{
    ended = why;
}

void coroutine_subscriber::on_shutdown()
{
    ended = asio::error::operation_aborted;
    if (waiting) {
        complete(asio::error::operation_aborted, {});
    }
}

void coroutine_subscriber::finish()
{
    const auto ec = std::exchange(end_seen_, true) ? ended : error_code();
    if (nested_completions >= completions_before_yield) {
        finish_from_loop(ec);
    } else {
        complete(ec, {});
    }
}

// This may be gone by then.
void coroutine_subscriber::finish_from_loop(error_code ec)
{
    finishing_ = std::make_shared<coroutine_subscriber*>(this);
    asio::post(*context_, [ec, me = std::weak_ptr(finishing_)] {
        const auto self = me.lock();
        if (self != nullptr && (*self)->waiting) {
            (*self)->complete(ec, {});
        }
    });
}

void coroutine_subscriber::complete(error_code ec, encoded_event event)
{
    aborted_ = false;
    finishing_.reset();
    behind ? behind->unlink() : void();
    struct nesting
    {
        nesting() { ++nested_completions; }
        ~nesting() { --nested_completions; }
    } const guard;
    waiting.complete({ec, std::move(event)});
}

subscription make_subscription(const std::shared_ptr<event_log>& log, result<event_log::entry> entry,
                               std::string_view last_event_id)
{
    if (!entry) {
        return subscription(std::make_unique<coroutine_subscriber>(entry.error()));
    }
    try {
        return subscription(std::make_unique<coroutine_subscriber>(log, *entry, last_event_id));
    } catch (...) { // no memory
        log->leave(std::move(entry->wanted));
        throw;
    }
}

} // namespace rill::pubsub::detail
