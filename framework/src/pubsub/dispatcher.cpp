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

// The number of sends after which the event loop gets a turn: one or two milliseconds of work for the kernel.
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
    mailbox& mailbox_; ///< created before this service, so that it is destroyed after it

private:
    void shutdown() noexcept override
    {
        for (const auto& [store, worker] : std::exchange(by_store, {})) {
            worker->shutdown();
        }
    }
};

asio::execution_context::id dispatchers::id;

// Loads what the next subscribers need while the kernel is busy with the present one: the state of the subscriber after
// the next, and the connection of the next. A function of this file with one caller, so that it is inlined.
void prefetch(topic_links::iterator next, topic_links::iterator end) noexcept
{
    constexpr std::ptrdiff_t line = 64;
    const auto* after = reinterpret_cast<const char*>(std::next(next).pointed_node());
    __builtin_prefetch(after);
    __builtin_prefetch(after + sizeof(topic_link) + sizeof(response_writer*)); // subscriber::now
    if (next != end) {
        const auto* connection = reinterpret_cast<const char*>(next->owner->out);
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
    } catch (...) { // no memory: a dispatcher that gets no events must not be found
        all.erase(entry);
        throw;
    }
    return *made;
}

void dispatcher::add(subscriber& s)
{
    ++subscribers_;
    s.worker = this;
    index_.add(s, *store_);
}

void dispatcher::remove(subscriber& s)
{
    index_.remove(s, next_);
    catch_up_.remove(s);
    s.worker = nullptr;
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
        ~guard() { self.end_run(done); } // after an exception, the others continue in the next turn
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
        } catch (const std::bad_alloc&) { // it continues with the next event
        }
    }
}

// Without memory for a step, the step has not begun and is repeated when the dispatcher runs next.
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
        if (!item.event) {
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

// All numbers have been used. A subscriber must not take a new batch for one that it remembers.
void dispatcher::restart_numbers() noexcept
{
    at_.batch.number = 1; // 0 means no batch
    index_.for_each([](subscriber& s) { s.live_since = 0; });
}

// The worker was too slow for its outbox. From now on each subscriber lags. The first loop may run out of
// memory, and is then repeated; the second one does not.
void dispatcher::on_skipped()
{
    for (const auto& [topic, skipped] : queue_.skipped()) {
        if (auto* local = index_.find_or_create(topic)) {
            for (auto& link : local->streams) {
                auto& s = *link.owner;
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
                catch_up_.miss_skipped(*link.owner, skipped, queue_.newest());
            }
        }
    }
    queue_.clear_skipped();
    at_.head = std::max(at_.head, queue_.newest());
}

void dispatcher::fan_out(std::size_t& budget)
{
    const auto end = batch_topic_->streams.end();
    rill::detail::exception_collector failure; // one handler of a user must not keep others from their event
    for (; next_ != end && budget != 0; --budget) {
        auto& s = *next_->owner;
        ++next_;
        prefetch(next_, end);
        if (s.now != subscriber::state::live) {
            catch_up_.miss_batch(s);
        } else if (s.live_since == at_.batch.number) {
            continue;
        } else if (s.out != nullptr) {
            failure.run([&] { send(s); });
        } else {
            failure.run([&] { deliver(static_cast<waiter&>(s)); });
        }
    }
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
    switch (s.out->put(batch.piece)) {
    case rill::detail::write_state::queued:
        worker_stats::add(outbox_->stats.delivered, batch.events.size());
        fall_behind(s, batch.last); // without memory for that, it stays live
        catch_up_.block(s, batch.piece.bytes().size());
        return;
    case rill::detail::write_state::sent:
        worker_stats::add(outbox_->stats.delivered, batch.events.size());
        return;
    default:
        s.now = subscriber::state::ended; // its connection ends
    }
}

// A handler takes one event at a time. It finds the other events of the batch in the store.
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

// Completed handlers may destroy their subscriber and others at once, see subscriber_index::drain().
void dispatcher::shutdown()
{
    store_->detach(outbox_);
    catch_up_.shutdown();
    rill::detail::exception_collector ignored; // of a user's completion handler; there is nobody to report it to
    index_.drain([&ignored](subscriber& s) {
        if (s.worker == nullptr) {
            return;
        }
        s.worker = nullptr;
        s.now = subscriber::state::ended;
        if (s.kind == subscriber_kind::waiter) {
            auto& w = static_cast<waiter&>(s);
            w.ended = asio::error::operation_aborted;
            if (w.waiting) {
                ignored.run([&w] { w.complete(asio::error::operation_aborted, {}); });
            }
        }
    });
}

} // namespace rill::pubsub::detail
