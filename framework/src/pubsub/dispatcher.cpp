#include "pubsub/dispatcher.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <iterator>
#include <new>
#include <unordered_map>
#include <utility>

#include "core/exception_collector.hpp"

namespace rill::pubsub::detail {

namespace asio = boost::asio;

namespace {

// The event loop gets a turn after this number of sends. The kernel needs one or two milliseconds for them.
constexpr std::size_t sends_per_turn = 256;

class dispatchers : public asio::execution_context::service
{
public:
    using key_type = dispatchers;
    static asio::execution_context::id id;

    explicit dispatchers(asio::execution_context& context)
        : asio::execution_context::service(context), mailbox_(mailbox::of(static_cast<asio::io_context&>(context)))
    {}

    std::unordered_map<const topic_store*, std::shared_ptr<dispatcher>> by_store;
    mailbox& mailbox_; ///< created before this service, so that it is destroyed after this service

private:
    void shutdown() noexcept override
    {
        for (const auto& [store, worker] : std::exchange(by_store, {})) {
            worker->shutdown();
        }
    }
};

asio::execution_context::id dispatchers::id;

// Loads data of the next subscribers into the cache while the kernel sends to the present one. Loads the connection of
// the next subscriber and the state of the subscriber after it. This function is in this file and has one caller, so
// that the compiler inlines it.
void prefetch(topic_links::iterator next, topic_links::iterator end) noexcept
{
    constexpr std::ptrdiff_t line = 64;
    const auto* after = reinterpret_cast<const char*>(std::next(next).pointed_node());
    __builtin_prefetch(after);
    __builtin_prefetch(after + sizeof(topic_link)); // subscriber::now
    if (next != end) {
        const auto* connection = next->prefetch_address();
        __builtin_prefetch(connection);
        __builtin_prefetch(connection + line);
    }
}

} // namespace

dispatcher::dispatcher(asio::io_context& context, std::shared_ptr<topic_store> store)
    : context_(context), timers_(timer_service::of(context)), store_(std::move(store)),
      outbox_(std::make_shared<worker_outbox>(mailbox::of(context).get_address())), ready_(context),
      catch_up_(*store_, *outbox_, mailbox::of(context).get_address(), at_, ready_)
{}

dispatcher::~dispatcher() = default;

dispatcher& dispatcher::of(asio::io_context& context, const std::shared_ptr<topic_store>& store)
{
    auto& all = asio::use_service<dispatchers>(context).by_store;
    if (const auto found = all.find(store.get()); found != all.end()) {
        return *found->second;
    }
    const auto made = std::make_shared<dispatcher>(context, store);
    made->outbox_->set_consumer(made);
    made->ready_.set_consumer(made);
    const auto entry = all.emplace(store.get(), made).first;
    try {
        made->at_.head = store->attach(made->outbox_);
    } catch (...) { // memory is exhausted. A dispatcher that gets no events must not be found.
        all.erase(entry);
        throw;
    }
    return *made;
}

void dispatcher::add(subscriber& s)
{
    ++subscribers_;
    s.group->worker = this;
    index_.add(s, *store_);
}

void dispatcher::remove(subscriber& s)
{
    index_.remove(s, next_);
    catch_up_.remove(s);
    if (--subscribers_ == 0) {
        store_->detach(outbox_);
        asio::use_service<dispatchers>(context_).by_store.erase(store_.get());
    }
}

void dispatcher::run()
{
    if (ready_.is_running()) {
        return; // a handler runs the event loop itself
    }
    const auto self = shared_from_this();
    const timer_service::frozen_clock one_time_for_all(timers_);
    bool done = false;
    const struct guard
    {
        dispatcher& self;
        const bool& done;
        ~guard() { self.end_run(done); } // after an exception, the remaining subscribers continue in the next turn
    } running{*this, done};
    ready_.set_running(true);
    for (std::size_t budget = sends_per_turn; budget != 0 && !done;) {
        const bool sending = at_.batch.active || next_batch();
        if (sending) {
            fan_out(budget);
        }
        const bool served = !at_.batch.active && catch_up_.serve_ready(budget);
        done = !sending && !served;
    }
}

void dispatcher::end_run(bool done) noexcept
{
    ready_.set_running(false);
    if (!done) {
        try {
            ready_.schedule();
        } catch (const std::bad_alloc&) { // the dispatcher continues with the next event
        }
    }
}

// If memory is exhausted, a step fails before it changes anything. The next run of the dispatcher repeats the step.
bool dispatcher::next_batch()
{
    for (;;) {
        if (queue_.refill(*store_, *outbox_)) {
            catch_up_.resume_backfills();
        }
        if (!queue_.skipped().empty()) {
            on_skipped();
        }
        if (queue_.empty()) {
            return false;
        }
        const auto& item = queue_.front();
        if (!item.topic) {
            on_gap(item.sequence);
            queue_.pop();
        } else if (!item.event) {
            index_.remove_topic(item.topic);
            queue_.pop();
        } else if (auto* topic = index_.find_or_create(item.topic)) {
            begin_batch(*topic);
            return true;
        } else {
            at_.head = std::max(at_.head, item.sequence);
            queue_.pop();
        }
    }
}

// Each live stream now lags, and finds the notice in the history. If the outbox has skipped events, the head is already
// after the gap. If this throws because memory is exhausted, the dispatcher repeats it.
void dispatcher::on_gap(std::uint64_t sequence)
{
    index_.for_each([&](subscriber& s) {
        if (s.now == subscriber::state::live) {
            fall_behind(s, std::min(at_.head, sequence - 1));
            ready_.requeue(s);
        }
    });
    at_.head = std::max(at_.head, sequence);
}

void dispatcher::begin_batch(subscriber_index::local_topic& topic)
{
    queue_.pop_into(at_.batch);
    if (++at_.batch.number == 0) {
        restart_numbers();
    }
    at_.batch.active = true;
    batch_topic_ = &topic;
    next_ = topic.streams.begin();
}

// All numbers have been used. Without this reset, a new batch could have the number that a subscriber has stored.
void dispatcher::restart_numbers() noexcept
{
    at_.batch.number = 1; // 0 means no batch
    index_.for_each([](subscriber& s) { s.live_since = 0; });
}

// The worker was too slow for its outbox. From now on, each subscriber of these topics lags. The first loop may throw
// because memory is exhausted. It is then repeated. The second loop does not throw.
void dispatcher::on_skipped()
{
    for (const auto& [topic, skipped] : queue_.skipped()) {
        if (auto* local = index_.find_or_create(topic)) {
            for (auto& link : local->streams) {
                auto& s = link.owner();
                if (s.now == subscriber::state::live) {
                    fall_behind(s, at_.head);
                    ready_.requeue(s);
                }
            }
        }
    }
    for (const auto& [topic, skipped] : queue_.skipped()) {
        if (auto* local = index_.find_or_create(topic)) {
            for (auto& link : local->streams) {
                catch_up_.miss_skipped(link.owner(), skipped, queue_.newest());
            }
        }
    }
    queue_.clear_skipped();
    at_.head = std::max(at_.head, queue_.newest());
}

void dispatcher::fan_out(std::size_t& budget)
{
    const auto end = batch_topic_->streams.end();
    rill::detail::exception_collector failure; // an exception of one handler must not stop the others
    auto left = budget; // a local variable, because the compiler would store `budget` for each event
    for (; next_ != end && left != 0; --left) {
        auto& s = next_->owner();
        ++next_;
        prefetch(next_, end);
        if (s.now != subscriber::state::live) {
            catch_up_.miss_batch(s);
        } else if (s.live_since == at_.batch.number) {
            continue;
        } else if (s.out() != nullptr) {
            failure.run([&] { send(s); });
        } else {
            failure.run([&] { deliver(static_cast<waiter&>(s)); });
        }
    }
    budget = left;
    if (next_ == end) {
        end_batch();
    }
    failure.rethrow();
}

void dispatcher::end_batch() noexcept
{
    auto& batch = at_.batch;
    batch.active = false;
    at_.head = std::max(at_.head, batch.last);
    batch.events.clear();
    batch.piece = {};
    batch.topic = {};
    next_ = {};
}

void dispatcher::send(subscriber& s)
{
    const auto& batch = at_.batch;
    switch (s.out()->put(batch.piece)) {
    case rill::detail::write_state::queued:
        worker_stats::add(outbox_->stats.delivered, batch.events.size());
        fall_behind(s, batch.last); // if this throws because memory is exhausted, the stream stays live
        catch_up_.block(s, batch.piece.bytes().size());
        return;
    case rill::detail::write_state::sent:
        worker_stats::add(outbox_->stats.delivered, batch.events.size());
        return;
    default:
        s.now = subscriber::state::ended; // the connection is closing
    }
}

// A handler takes one event at a time. It reads the other events of the batch from the store.
void dispatcher::deliver(waiter& w)
{
    const auto first = at_.batch.events.front();
    auto& b = fall_behind(w, first.sequence);
    const auto missed = at_.batch.count_after(first.sequence);
    b.events = missed.events;
    b.bytes = missed.bytes;
    w.now = subscriber::state::waiting;
    worker_stats::add(outbox_->stats.delivered, 1);
    w.complete({}, first.event);
}

// A completion handler may destroy its subscriber and others at once, see subscriber_index::drain().
void dispatcher::shutdown()
{
    store_->detach(outbox_);
    catch_up_.shutdown();
    // an exception of a completion handler of a user; nothing can handle it here
    rill::detail::exception_collector ignored;
    index_.drain([&ignored](subscriber& s) {
        s.now = subscriber::state::ended;
        if (std::exchange(s.group->worker, nullptr) != nullptr && s.kind == subscriber_kind::waiter) {
            auto& w = static_cast<waiter&>(s);
            w.ended = asio::error::operation_aborted;
            if (w.waiting) {
                ignored.run([&w] { w.complete(asio::error::operation_aborted, {}); });
            }
        }
    });
}

} // namespace rill::pubsub::detail
