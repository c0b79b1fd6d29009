#include "pubsub/worker_log.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <new>
#include <tuple>

#include "core/exception_collector.hpp"

namespace rill::pubsub::detail {

namespace asio = boost::asio;

namespace {

// Sends after which the event loop has its turn: a millisecond or two of the kernel's work.
constexpr std::size_t sends_per_turn = 256;
// Events that one stream that is behind gets in its turn.
constexpr std::size_t events_per_stream = 16;
// Events that wait together go out in one piece up to this size.
constexpr std::size_t largest_batch = 64UL * 1024;

} // namespace

void worker_log::schedule()
{
    if (!scheduled_ && !running_) {
        asio::post(context_, [self = weak_from_this()] {
            if (const auto alive = self.lock()) {
                alive->scheduled_ = false;
                alive->run();
            }
        });
        scheduled_ = true; // not if there was no memory for it
    }
}

void worker_log::make_ready(subscriber& s)
{
    if (s.now != subscriber::state::live) {
        s.now = subscriber::state::ready;
    }
    if (!s.behind->linked()) {
        ready_.push_back(*s.behind);
    }
    schedule();
}

void worker_log::run()
{
    if (running_) {
        return; // a handler that runs the event loop itself
    }
    const auto self = shared_from_this();
    const timer_service::frozen_clock time_stands_still(timers_); // one clock for all these sends
    bool done = false;
    const struct guard
    {
        worker_log& log;
        const bool& done;
        ~guard() { log.pause(!done); } // also when something is thrown: the others go on in the next turn
    } running{*this, done};
    running_ = true;
    for (std::size_t budget = sends_per_turn; budget != 0 && !done;) {
        const bool sending = batch_.active || next_batch();
        if (sending) {
            fan_out(budget);
        }
        const bool served = !batch_.active && serve_ready(budget);
        done = !sending && !served;
    }
}

void worker_log::pause(bool goes_on) noexcept
{
    running_ = false;
    if (goes_on) {
        try {
            schedule();
        } catch (const std::bad_alloc&) { // it goes on with the next event
        }
    }
}

// Where there is no memory for something it has not begun, and is tried again when the worker runs next.
bool worker_log::next_batch()
{
    for (;;) {
        if (queue_at_ == queue_.size() && overflow_.empty()) {
            queue_.clear();
            queue_at_ = 0;
            taken_until_ = log_->take(*link_, queue_, overflow_);
            if (!queue_.empty() || !overflow_.empty()) {
                wake_at_end();
            }
        }
        if (!overflow_.empty()) {
            on_overflow();
        }
        if (queue_at_ == queue_.size()) {
            return false;
        }
        const auto& item = queue_[queue_at_];
        if (!item.event) {
            forget(item.topic);
            ++queue_at_;
        } else if (auto* topic = find_topic(item.topic)) {
            begin_batch(*topic);
            return true;
        } else {
            head_ = std::max(head_, item.sequence);
            ++queue_at_;
        }
    }
}

void worker_log::begin_batch(local_topic& topic)
{
    std::size_t bytes = 0;
    auto end = queue_at_;
    for (; end != queue_.size(); ++end) {
        const auto& item = queue_[end];
        if (item.topic != topic.topic || !item.event ||
            (bytes != 0 && bytes + item.event.bytes().size() > largest_batch))
        {
            break;
        }
        bytes += item.event.bytes().size();
    }
    const auto events = end - queue_at_;
    batch_.events.clear();
    batch_.events.reserve(events);
    batch_.piece = events == 1 ? shared_chunk(queue_[queue_at_].event) : joined(queue_at_, end, bytes);
    for (; queue_at_ != end; ++queue_at_) { // from here on nothing fails
        auto& item = queue_[queue_at_];
        batch_.last = item.sequence;
        batch_.events.push_back({std::move(item.event), item.sequence});
    }
    batch_.topic = topic.topic;
    if (++batch_.number == 0) {
        restart_numbers();
    }
    batch_.active = true;
    batch_topic_ = &topic;
    next_ = topic.streams.next;
}

shared_chunk worker_log::joined(std::size_t first, std::size_t end, std::size_t bytes) const
{
    std::string all;
    all.reserve(bytes);
    for (; first != end; ++first) {
        all.append(queue_[first].event.bytes());
    }
    return shared_chunk::copy_of(all);
}

// All numbers have been used: what streams remember of theirs must not be taken for one that comes again.
void worker_log::restart_numbers() noexcept
{
    batch_.number = 1; // 0: none
    for (const auto& [topic, local] : topics_) {
        for (auto* link = local->streams.next; link != &local->streams; link = link->next) {
            static_cast<topic_link*>(link)->owner->live_since = 0;
        }
    }
}

// The worker was not quick enough: its streams are behind, each for itself. First all that may lack memory, which may
// be done again.
void worker_log::on_overflow()
{
    for (const auto& [name, skipped] : overflow_) {
        if (auto* topic = find_topic(name)) {
            leave_behind(*topic);
        }
    }
    for (const auto& [name, skipped] : overflow_) {
        auto* topic = find_topic(name);
        if (topic == nullptr) {
            continue;
        }
        for (auto* link = topic->streams.next; link != &topic->streams; link = link->next) {
            auto& s = *static_cast<topic_link*>(link)->owner;
            if (s.now == subscriber::state::ended) {
                continue;
            }
            const auto from = std::max(s.behind->place.seen, s.behind->asked_for);
            if (from <= head_) {
                s.behind->events += skipped.events;
                s.behind->bytes += skipped.bytes;
            } else { // it came when a part of this was published already
                found_.clear();
                const auto held = log_->collect(*s.wanted, {from, from}, taken_until_, 0, found_);
                s.behind->events = held.remaining;
                s.behind->bytes = held.remaining_bytes;
            }
        }
    }
    overflow_.clear();
    head_ = std::max(head_, taken_until_);
}

void worker_log::leave_behind(local_topic& topic)
{
    for (auto* link = topic.streams.next; link != &topic.streams; link = link->next) {
        auto& s = *static_cast<topic_link*>(link)->owner;
        if (s.now == subscriber::state::live) {
            fall_behind(s, head_);
            put_back(s);
        }
    }
}

void worker_log::put_back(subscriber& s) noexcept
{
    s.now = subscriber::state::ready;
    if (!s.behind->linked()) {
        ready_.push_back(*s.behind);
    }
}

// What the next ones need is asked for while the kernel is busy with this one: of the one after the next its place, of
// the next its connection.
void worker_log::prefetch(const ring_link* next) const noexcept
{
    constexpr std::ptrdiff_t line = 64;
    const auto* after = reinterpret_cast<const char*>(next->next);
    __builtin_prefetch(after);
    __builtin_prefetch(after + sizeof(topic_link) + sizeof(response_writer*)); // its state
    if (next != &batch_topic_->streams) {
        const auto* connection = reinterpret_cast<const char*>(static_cast<const topic_link*>(next)->owner->out);
        __builtin_prefetch(connection);
        __builtin_prefetch(connection + line);
    }
}

void worker_log::fan_out(std::size_t& budget)
{
    const auto* end = &batch_topic_->streams;
    rill::detail::exception_collector
        failure; // of a user's completion handler, or of memory: nobody else is to miss an event
    for (; next_ != end && budget != 0; --budget) {
        auto& s = *static_cast<topic_link*>(next_)->owner;
        next_ = next_->next;
        prefetch(next_);
        if (s.now != subscriber::state::live) {
            skip(s);
        } else if (s.live_since == batch_.number) {
            continue;
        } else if (s.out != nullptr) {
            failure.run([&] { send(s); });
        } else {
            failure.run([&] { give(s); });
        }
    }
    if (next_ == end) {
        batch_.active = false;
        head_ = std::max(head_, batch_.last);
        batch_.events.clear();
        batch_.piece = {};
        batch_.topic = {};
        next_ = nullptr;
    }
    failure.rethrow();
}

void worker_log::send(subscriber& s)
{
    switch (s.out->put(batch_.piece)) {
    case rill::detail::write_state::queued:
        worker_link::add(link_->delivered, batch_.events.size());
        fall_behind(s, batch_.last); // without memory for it, it goes on as it is
        block(s, batch_.piece.bytes().size());
        return;
    case rill::detail::write_state::sent:
        worker_link::add(link_->delivered, batch_.events.size());
        return;
    default:
        s.now = subscriber::state::ended; // its connection will say so
    }
}

// A handler takes one event at a time; the others of the batch it finds in the log.
void worker_log::give(subscriber& s)
{
    const auto first = batch_.events.front();
    auto& b = fall_behind(s, first.sequence);
    std::tie(b.events, b.bytes) = batch_behind(first.sequence);
    s.now = subscriber::state::waiting;
    worker_link::add(link_->delivered, 1);
    s.take(first); // which may be its end
}

std::pair<std::uint64_t, std::uint64_t> worker_log::batch_behind(std::uint64_t seen) const noexcept
{
    std::pair<std::uint64_t, std::uint64_t> sum;
    for (const auto& e : batch_.events) {
        if (e.sequence > seen) {
            ++sum.first;
            sum.second += e.event.footprint();
        }
    }
    return sum;
}

void worker_log::skip(subscriber& s)
{
    if (s.now == subscriber::state::ended) {
        return;
    }
    auto& b = *s.behind;
    const auto [events, bytes] = batch_behind(std::max(b.place.seen, b.asked_for));
    b.events += events;
    b.bytes += bytes;
    // One that is ready is not to blame: it has its turn soon.
    if (s.now == subscriber::state::waiting && exceeds_limits(s) && options_of(s).slow == slow_policy::disconnect) {
        evict(s, slow_reason::backlog);
    }
}

bool worker_log::serve_ready(std::size_t& budget)
{
    serving_.append(ready_);
    bool changed = false;
    rill::detail::exception_collector failure;
    while (!serving_.empty() && budget != 0) {
        auto& b = static_cast<backlog&>(*serving_.next);
        b.unlink();
        failure.run([&] {
            auto share = std::min(budget, events_per_stream);
            budget -= share;
            changed = b.owner->serve(share) || changed;
            budget += share;
        });
    }
    failure.rethrow();
    return changed || !serving_.empty();
}

} // namespace rill::pubsub::detail
