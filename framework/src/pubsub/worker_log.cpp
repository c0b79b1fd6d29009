#include "pubsub/worker_log.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <rill/core/detail/first_failure.hpp>
#include <tuple>

namespace rill::pubsub::detail {

namespace asio = boost::asio;

namespace {

// Sends after which the event loop has its turn: a millisecond or two of the kernel's work.
constexpr std::size_t sends_per_turn = 256;
// Events that one stream that is behind gets in its turn.
constexpr std::size_t events_per_stream = 16;
// Events that wait together go out in one piece up to this size.
constexpr std::size_t largest_batch = 64UL * 1024;

// The cursor moves on; what the client had asked for does not count as a backlog.
void pass(backlog& b, const event_log::found_event& e) noexcept
{
    b.place.seen = e.sequence;
    if (e.sequence > b.asked_for) {
        b.events -= std::min<std::uint64_t>(b.events, 1);
        b.bytes -= std::min<std::uint64_t>(b.bytes, e.event.footprint());
    }
}

class worker_logs : public asio::execution_context::service
{
public:
    using key_type = worker_logs;
    static asio::execution_context::id id;

    explicit worker_logs(asio::execution_context& context)
        : asio::execution_context::service(context), mailbox_(mailbox::of(static_cast<asio::io_context&>(context)))
    {}

    std::unordered_map<const event_log*, std::shared_ptr<worker_log>> logs;
    mailbox& mailbox_; // made before this service, and so it ends after it

private:
    void shutdown() noexcept override
    {
        for (const auto& [log, worker] : std::exchange(logs, {})) {
            worker->shutdown();
        }
    }
};

asio::execution_context::id worker_logs::id;

} // namespace

worker_log::worker_log(asio::io_context& context, std::shared_ptr<event_log> log)
    : context_(context), timers_(timer_service::of(context)), log_(std::move(log)),
      link_(std::make_shared<worker_link>())
{
    link_->address = mailbox::of(context).get_address();
}

worker_log::~worker_log() = default;

worker_log& worker_log::of(asio::io_context& context, const std::shared_ptr<event_log>& log)
{
    auto& worker = asio::use_service<worker_logs>(context).logs[log.get()];
    if (!worker) {
        worker = std::make_shared<worker_log>(context, log);
        worker->link_->worker = worker;
        worker->head_ = log->attach(worker->link_);
    }
    return *worker;
}

// A topic is known here once a stream wants it, and then to all streams that do.
worker_log::local_topic* worker_log::find_topic(const topic_pointer& topic)
{
    const auto found = topics_.find(topic.get());
    if (found != topics_.end()) {
        return found->second.get();
    }
    const bool wanted = std::any_of(with_patterns_.begin(), with_patterns_.end(),
                                    [&](const auto* s) { return s->wanted->wants(*topic); });
    return wanted ? &make_topic(topic) : nullptr;
}

worker_log::local_topic& worker_log::make_topic(topic_pointer topic)
{
    auto& local = topics_[topic.get()];
    local = std::make_unique<local_topic>();
    local->topic = std::move(topic);
    for (auto* s : with_patterns_) {
        if (s->wanted->wants(*local->topic)) {
            join(*s, *local);
        }
    }
    return *local;
}

void worker_log::join(subscriber& s, local_topic& topic)
{
    auto* link = &s.link;
    if (s.link.linked()) {
        if (!s.more_links) {
            s.more_links = std::make_unique<std::vector<std::unique_ptr<topic_link>>>();
        }
        auto& more = *s.more_links;
        const auto unused = std::find_if(more.begin(), more.end(), [](const auto& l) { return !l->linked(); });
        link = unused != more.end() ? unused->get() : more.emplace_back(std::make_unique<topic_link>()).get();
    }
    link->owner = &s;
    topic.streams.push_back(*link);
}

void worker_log::add(subscriber& s)
{
    ++subscribers_;
    s.worker = this;
    const auto& wanted = *s.wanted;
    for (const auto* topic : wanted.topics) {
        const auto found = topics_.find(topic);
        join(s, found != topics_.end() ? *found->second : make_topic(log_->pointer_to(*topic)));
    }
    if (wanted.patterns.empty()) {
        return;
    }
    for (const auto& [topic, local] : topics_) {
        if (std::find(wanted.topics.begin(), wanted.topics.end(), topic) == wanted.topics.end() && wanted.wants(*topic))
        {
            join(s, *local);
        }
    }
    with_patterns_.push_back(&s);
}

void worker_log::remove(subscriber& s)
{
    const auto leave = [this](ring_link& link) {
        if (next_ == &link) {
            next_ = link.next;
        }
        link.unlink();
    };
    leave(s.link);
    if (s.more_links) {
        for (const auto& link : *s.more_links) {
            leave(*link);
        }
    }
    if (s.behind) {
        log_->release_unsent(std::exchange(s.behind->unsent, 0));
        s.behind->unlink();
    }
    std::erase(with_patterns_, &s);
    s.worker = nullptr;
    if (--subscribers_ == 0) {
        log_->detach(link_);
        asio::use_service<worker_logs>(context_).logs.erase(log_.get());
    }
}

void worker_log::shutdown()
{
    log_->detach(link_);
    for (const auto& [topic, local] : topics_) {
        while (!local->streams.empty()) {
            auto& s = *static_cast<topic_link*>(local->streams.next)->owner;
            local->streams.next->unlink();
            if (s.worker != nullptr) {
                s.worker = nullptr;
                s.now = subscriber::state::ended;
                s.on_shutdown();
            }
        }
    }
    for (auto* s : with_patterns_) {
        if (s->worker != nullptr) {
            s->worker = nullptr;
            s->now = subscriber::state::ended;
            s->on_shutdown();
        }
    }
}

// The reasons of a topic's end: nobody named it, or has published, for long.
void worker_log::forget(const topic_pointer& topic)
{
    topics_.erase(topic.get());
}

void worker_log::schedule()
{
    if (!scheduled_ && !running_) {
        scheduled_ = true;
        asio::post(context_, [self = weak_from_this()] {
            if (const auto alive = self.lock()) {
                alive->scheduled_ = false;
                alive->run();
            }
        });
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
    const timer_service::standstill time_stands_still(timers_); // one clock for all these sends
    struct guard
    {
        worker_log& log;
        bool& flag = log.running_ = true;
        ~guard() { flag = false; }
    };
    std::size_t budget = sends_per_turn;
    bool done = false;
    {
        const guard running{*this};
        while (budget != 0 && !done) {
            const bool sending = batch_.active || next_batch();
            if (sending) {
                fan_out(budget);
            }
            const bool served = !batch_.active && serve_ready(budget);
            done = !sending && !served;
        }
    }
    if (!done) {
        schedule();
    }
}

bool worker_log::next_batch()
{
    for (;;) {
        if (queue_at_ == queue_.size()) {
            queue_.clear();
            queue_at_ = 0;
            const auto newest = log_->take(*link_, queue_, overflow_);
            if (!overflow_.empty()) {
                on_overflow(newest);
            }
            if (queue_.empty()) {
                return false;
            }
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
    batch_.topic = topic.topic;
    batch_.events.clear();
    std::size_t bytes = 0;
    for (; queue_at_ != queue_.size(); ++queue_at_) {
        auto& item = queue_[queue_at_];
        if (item.topic != topic.topic || !item.event ||
            (bytes != 0 && bytes + item.event.bytes().size() > largest_batch))
        {
            break;
        }
        bytes += item.event.bytes().size();
        batch_.last = item.sequence;
        batch_.events.push_back({std::move(item.event), item.sequence});
    }
    if (batch_.events.size() == 1) {
        batch_.piece = batch_.events.front().event;
    } else {
        std::string all;
        all.reserve(bytes);
        for (const auto& e : batch_.events) {
            all.append(e.event.bytes());
        }
        batch_.piece = shared_piece::copy_of(all);
    }
    ++batch_.number;
    batch_.active = true;
    batch_topic_ = &topic;
    next_ = topic.streams.next;
}

// The worker was not quick enough: its streams are behind, each for itself.
void worker_log::on_overflow(std::uint64_t newest)
{
    for (const auto& skipped : overflow_) {
        auto* topic = find_topic(skipped.topic);
        if (topic == nullptr) {
            continue;
        }
        for (auto* link = topic->streams.next; link != &topic->streams; link = link->next) {
            auto& s = *static_cast<topic_link*>(link)->owner;
            if (s.now == subscriber::state::ended) {
                continue;
            }
            if (s.now == subscriber::state::live) {
                fall_behind(s, head_);
                s.now = subscriber::state::ready;
                if (!s.behind->linked()) {
                    ready_.push_back(*s.behind);
                }
            }
            const auto from = std::max(s.behind->place.seen, s.behind->asked_for);
            if (from <= head_) {
                s.behind->events += skipped.events;
                s.behind->bytes += skipped.bytes;
            } else { // it came when a part of this was published already
                found_.clear();
                const auto held = log_->collect(*s.wanted, {from, from}, newest, 0, found_);
                s.behind->events = held.remaining;
                s.behind->bytes = held.remaining_bytes;
            }
        }
    }
    overflow_.clear();
    head_ = std::max(head_, newest);
}

// What the next ones need is asked for while the kernel is busy with this one: of the one after the next its place, of
// the next its connection.
void worker_log::prefetch(const ring_link* next) const noexcept
{
    constexpr std::ptrdiff_t line = 64;
    __builtin_prefetch(next->next);
    if (next != &batch_topic_->streams) {
        const auto* connection = reinterpret_cast<const char*>(static_cast<const topic_link*>(next)->owner->out);
        __builtin_prefetch(connection);
        __builtin_prefetch(connection + line);
    }
}

void worker_log::fan_out(std::size_t& budget)
{
    const auto* end = &batch_topic_->streams;
    rill::detail::first_failure failure; // of a user's completion handler: nobody is to miss an event for it
    for (; next_ != end && budget != 0; --budget) {
        auto& s = *static_cast<topic_link*>(next_)->owner;
        next_ = next_->next;
        prefetch(next_);
        if (s.now != subscriber::state::live) {
            skip(s);
        } else if (s.live_since == batch_.number) {
            continue;
        } else if (s.out != nullptr) {
            send(s);
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
    case response_writer::write_state::queued:
        fall_behind(s, batch_.last);
        block(s, batch_.piece.bytes().size());
        [[fallthrough]];
    case response_writer::write_state::sent:
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
    if (s.now == subscriber::state::waiting && exceeds_limits(b) && log_->options().slow == slow_policy::disconnect) {
        evict(s, link_->evicted_slow);
    }
}

bool worker_log::exceeds_limits(const backlog& b) const noexcept
{
    const auto& limits = log_->options().backlog;
    return b.events > limits.events || b.bytes > limits.bytes;
}

backlog& worker_log::fall_behind(subscriber& s, std::uint64_t seen)
{
    if (!s.behind) {
        s.behind = std::make_unique<backlog>();
        s.behind->owner = &s;
    }
    s.behind->place = {.seen = seen, .told = seen};
    s.behind->asked_for = seen;
    return *s.behind;
}

bool worker_log::block(subscriber& s, std::size_t bytes)
{
    s.now = subscriber::state::waiting;
    if (!log_->hold_unsent(bytes)) {
        evict(s, link_->evicted_full);
        return false;
    }
    s.behind->unsent = bytes;
    if (exceeds_limits(*s.behind) && log_->options().slow == slow_policy::disconnect) {
        evict(s, link_->evicted_slow);
        return false;
    }
    s.out->when_written([stream = &s](error_code ec) {
        if (!ec) {
            stream->worker->unblock(*stream);
        }
    });
    return true;
}

void worker_log::unblock(subscriber& s)
{
    log_->release_unsent(std::exchange(s.behind->unsent, 0));
    if (s.now == subscriber::state::waiting) {
        make_ready(s);
    }
}

void worker_log::evict(subscriber& s, std::atomic<std::uint64_t>& counter)
{
    s.now = subscriber::state::ended;
    worker_link::add(counter, 1);
    report(s, s.behind->events, true);
    s.on_evicted();
}

void worker_log::report(const subscriber& s, std::uint64_t dropped, bool evicted) const
{
    if (log_->options().on_slow) {
        const std::string_view topic =
            s.wanted->topics.size() == 1 ? s.wanted->topics.front()->name : std::string_view();
        log_->options().on_slow({.topic = topic, .who = s.wanted->who, .dropped = dropped, .evicted = evicted});
    }
}

// The log has dropped what the stream was still to get.
bool worker_log::lose(subscriber& s, const event_log::collected& c)
{
    auto& b = *s.behind;
    if (log_->options().slow == slow_policy::disconnect) {
        evict(s, link_->evicted_slow);
        return false;
    }
    const auto lost = std::max<std::uint64_t>(b.events - std::min(b.events, c.remaining), 1);
    b.events = std::min(b.events, c.remaining);
    b.bytes = std::min(b.bytes, c.remaining_bytes);
    b.place.told = c.lost_until;
    b.dropped += lost;
    worker_link::add(link_->dropped, lost);
    report(s, lost, false);
    return true;
}

encoded_event worker_log::pull(subscriber& s)
{
    auto& b = *s.behind;
    if (b.notice) {
        return std::exchange(b.notice, {});
    }
    std::uint64_t excess = 0;
    for (;;) {
        found_.clear();
        const auto outcome = log_->collect(*s.wanted, b.place, head_, 1, found_);
        if (outcome.lost && !lose(s, outcome)) {
            return {};
        }
        const bool too_many = log_->options().slow == slow_policy::drop_oldest && exceeds_limits(b);
        if (!found_.empty() && !too_many && b.dropped == 0) {
            break;
        }
        if (found_.empty() || !too_many) {
            if (excess != 0) {
                worker_link::add(link_->dropped, excess);
                report(s, excess, false);
            }
            const auto dropped = std::exchange(b.dropped, 0);
            if (dropped != 0 && log_->options().tell_dropped) {
                return make_dropped(dropped);
            }
            if (found_.empty()) {
                return {};
            }
            break;
        }
        ++excess;
        ++b.dropped;
        pass(b, found_.front());
    }
    const auto e = std::move(found_.front());
    pass(b, e);
    return e.event;
}

void worker_log::settle(subscriber& s)
{
    auto& b = *s.behind;
    if (head_ >= b.place.seen) {
        // Without a batch under way that it has not been asked about: what was not found has been replaced.
        if (b.events != 0 && !batch_.active) {
            worker_link::add(log_->options().slow == slow_policy::latest_per_key ? link_->conflated : link_->dropped,
                             b.events);
        }
        if (!batch_.active) {
            b.events = b.bytes = 0;
        }
        b.place.seen = head_;
    }
    if (b.place.seen != (batch_.active ? batch_.last : head_)) {
        s.now = subscriber::state::ready;
        if (!b.linked()) {
            ready_.push_back(b); // served when the batch is done, or when the next one comes
        }
        return;
    }
    s.now = subscriber::state::live;
    s.live_since = batch_.active ? batch_.number : 0;
    b.events = b.bytes = 0;
    b.unlink();
    if (s.out != nullptr) {
        s.behind.reset();
    }
}

bool worker_log::serve_ready(std::size_t& budget)
{
    serving_.append(ready_);
    bool changed = false;
    rill::detail::first_failure failure;
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
