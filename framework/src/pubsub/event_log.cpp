#include "pubsub/event_log.hpp"

#include <algorithm>
#include <array>
#include <rill/core/detail/saturated.hpp>
#include <stdexcept>

#include "core/bounded_add.hpp"
#include "core/exception_collector.hpp"
#include "pubsub/worker_log.hpp"

namespace rill::pubsub::detail {

namespace {

constexpr int sweeps_in_a_lifetime = 4; // of an idle topic, or of an event that grows old: how exact the end is

} // namespace

event_log::event_log(log_settings settings, std::shared_ptr<backplane> plane)
    : settings_(std::move(settings)), idle_(rill::detail::saturated<clock::duration>(settings_.idle)),
      plane_(std::move(plane)), numbers_(plane_->ids_are_numbers()),
      newest_(numbers_ && plane_->first_number() != 0 ? plane_->first_number() - 1 : 0), forgotten_(newest_),
      known_from_(newest_), begun_at_(newest_), order_from_(newest_)
{
    if (settings_.idle.count() < 0) {
        throw std::invalid_argument("pubsub: idle must be 0 ms or more");
    }
    auto shortest = settings_.idle;
    for (std::size_t kind = 0; kind != kinds(); ++kind) {
        const auto& o = options(kind);
        smallest_event_limit_ = std::min(smallest_event_limit_, o.event_bytes);
        if (o.heartbeat && o.heartbeat->count() < 0) {
            throw std::invalid_argument("pubsub: a heartbeat must be 0 ms or more");
        }
        if (o.replay.age.count() < 0) {
            throw std::invalid_argument("pubsub: the age of replay must be 0 ms or more");
        }
        if (const auto age = o.replay.age; age.count() > 0) {
            shortest = shortest.count() == 0 ? age : std::min(shortest, age);
        }
    }
    for (const auto& entry : settings_.by_topic) {
        const auto pattern = topic_pattern::parse(entry.topics);
        if (!pattern) {
            throw std::invalid_argument("pubsub: '" + entry.topics + "' is neither a topic nor a pattern");
        }
        patterns_.push_back(*pattern);
    }
    sweep_every_ = rill::detail::saturated<clock::duration>(shortest) / sweeps_in_a_lifetime;
    plane_->tail(*this);
}

event_log::~event_log()
{
    plane_->stop(*this);
}

result<event_id> event_log::publish(std::string_view topic, const sse::event& e, std::string_view key)
{
    if (is_too_large(topic, e)) {
        return tl::unexpected(make_error_code(error::message_too_large));
    }
    auto draft = event_draft::make(e, topic, key);
    if (!draft) {
        return tl::unexpected(draft.error());
    }
    if (!has_room_for(topic)) {
        return tl::unexpected(make_error_code(error::too_many_topics));
    }
    return plane_->append(std::move(*draft), {});
}

bool event_log::is_too_large(std::string_view topic, const sse::event& e) const noexcept
{
    std::array<char, 20> digits;
    const auto size = e.data.view().size() + e.name.view().size() + e.comment.view().size() + e.id.view(digits).size();
    return size > smallest_event_limit_ && size > options(kind_of(topic)).event_bytes;
}

bool event_log::has_room_for(std::string_view topic)
{
    links told;
    bool has_room = true;
    {
        const lock held(mutex_);
        if (topics_.size() >= settings_.topics && topics_.find(topic) == topics_.end()) {
            sweep_locked(settings_.now(), sweeping::for_room);
            has_room = topics_.size() < settings_.topics;
            told.swap(to_wake_);
        }
    }
    wake(told);
    return has_room;
}

std::uint32_t event_log::kind_of(std::string_view topic) const noexcept
{
    const auto found =
        std::find_if(patterns_.begin(), patterns_.end(), [&](const auto& p) { return p.matches(topic); });
    return found == patterns_.end() ? 0 : static_cast<std::uint32_t>(found - patterns_.begin() + 1);
}

topic_pointer event_log::find_or_create(std::string_view name, std::uint64_t client)
{
    const auto found = topics_.find(name);
    if (found != topics_.end()) {
        return found->second;
    }
    const auto kind = kind_of(name);
    const replay_buffer::settings settings{.limits = options(kind).replay,
                                           .latest_per_key = options(kind).slow == slow_policy::latest_per_key,
                                           .ids = numbers_ ? replay_buffer::id_kind::numbers
                                                           : replay_buffer::id_kind::opaque,
                                           .start = lost_of(name)};
    auto made = std::make_shared<topic_state>(std::string(name), kind, settings);
    made->last_used = settings_.now();
    auto* share = client == 0 ? nullptr : &shares_[client];
    topics_.emplace(made->name, made);
    ++without_events_; // from here on nothing fails
    if (share != nullptr) {
        ++*share;
        made->client = client;
    }
    return made;
}

std::uint64_t event_log::attach(const std::shared_ptr<worker_link>& link)
{
    const lock held(mutex_);
    workers_.push_back(link);
    return newest_;
}

void event_log::detach(const std::shared_ptr<worker_link>& link)
{
    const lock held(mutex_);
    std::erase(workers_, link);
    link->add_to(former_);
}

std::uint64_t event_log::take(worker_link& link, std::vector<log_item>& into, worker_link::skipped_by_topic& overflow)
{
    const lock held(mutex_);
    link.notified = false;
    link.pending_bytes = 0;
    into.swap(link.pending);
    link.pending.clear();
    overflow.swap(link.overflow);
    link.overflow.clear();
    return newest_;
}

void event_log::on_begin(std::string_view id)
{
    const lock held(mutex_);
    begun_behind_ = id;
    begun_at_ = newest_;
    last_id_ = id;
    last_id_at_ = newest_;
}

void event_log::on_event(event_draft draft, std::string_view id, std::uint64_t number)
{
    links told;
    {
        const lock held(mutex_);
        // A log whose numbers do not rise would be wrong; the order is kept in any case.
        const auto sequence = numbers_ ? std::max(number, newest_ + 1) : newest_ + 1;
        const auto topic = find_or_create(draft.topic());
        ++published_;
        if (!numbers_ && !sse::detail::is_event_id(id)) {
            id = {};
        }
        add(topic, std::move(draft).finish(id), sequence);
        if (!numbers_ && !id.empty()) {
            last_id_ = id;
            last_id_at_ = sequence;
        }
        told.swap(to_wake_);
    }
    wake(told);
}

void event_log::on_gap()
{
    links told;
    {
        const lock held(mutex_);
        for (const auto& [name, topic] : topics_) {
            const auto oldest = topic->buffer.oldest();
            const auto* newest = topic->buffer.newest();
            add(topic,
                make_gap(newest == nullptr ? std::string_view() : newest->event.id(),
                         oldest == nullptr ? std::string_view() : oldest->event.id()),
                newest_ + 1);
        }
        told.swap(to_wake_);
    }
    wake(told);
}

void event_log::add(const topic_pointer& topic, encoded_event event, std::uint64_t sequence)
{
    const auto now = settings_.now();
    newest_ = sequence;
    topic->last_used = now;
    for (const auto& worker : workers_) {
        tell(worker, topic, event, sequence);
    }
    const bool first = topic->never_had_an_event();
    topic->buffer.append(std::move(event), sequence, now);
    if (first) {
        count_out(*topic);
    }
    if (!topic->name.empty()) { // a channel has one topic, without a name
        note_order(sequence, *topic);
    }
    sweep_locked(now, sweeping::now_and_then);
}

namespace {

void count_skipped(worker_link::skipped_by_topic& sums, const log_item& item)
{
    if (item.event) {
        auto& sum = sums[item.topic];
        ++sum.events;
        sum.bytes += item.event.footprint();
    }
}

} // namespace

// One message for each worker and for all that is published until it is read. A worker may have as much waiting as the
// log may hold of a topic; beyond that its streams are behind, each for itself, and find in the log what they miss.
void event_log::tell(const std::shared_ptr<worker_link>& to, const topic_pointer& topic, const encoded_event& event,
                     std::uint64_t sequence)
{
    auto& link = *to;
    const auto& limits = settings_.channel.replay;
    link.pending_bytes += event.footprint();
    if (event && (!link.overflow.empty() || (!link.pending.empty() && (link.pending.size() >= limits.events ||
                                                                       link.pending_bytes > limits.bytes))))
    {
        link.pending.push_back({topic, event, sequence});
        for (const auto& item : link.pending) {
            count_skipped(link.overflow, item);
        }
        std::erase_if(link.pending, [](const log_item& item) { return bool(item.event); });
        return;
    }
    link.pending.push_back({topic, event, sequence});
    if (!link.notified) {
        to_wake_.push_back(to);
        link.notified = true;
    }
}

// Without the mutex, which is the first thing that a worker takes: it would wake only to wait for it.
void event_log::wake(const links& those)
{
    rill::detail::exception_collector failure;
    for (const auto& link : those) {
        bool posted = false;
        failure.run([&] {
            static_cast<void>(link->address.post([worker = link->worker] { // one that is gone has no streams
                if (const auto alive = worker.lock()) {
                    alive->run();
                }
            }));
            posted = true;
        });
        if (!posted) { // no memory: the next event tries again
            const lock held(mutex_);
            link->notified = false;
        }
    }
    failure.rethrow();
}

void event_log::sweep_for_room()
{
    links told;
    {
        const lock held(mutex_);
        sweep_locked(settings_.now(), sweeping::for_room);
        told.swap(to_wake_);
    }
    wake(told);
}

void event_log::sweep()
{
    links told;
    {
        const lock held(mutex_);
        next_sweep_ = {};
        sweep_locked(settings_.now(), sweeping::now_and_then);
        told.swap(to_wake_);
    }
    wake(told);
}

void event_log::sweep_locked(clock::time_point now, sweeping when)
{
    const bool for_room = when == sweeping::for_room && topics_.size() >= settings_.topics;
    if (sweep_every_.count() == 0 || (now < next_sweep_ && !for_room)) {
        return;
    }
    next_sweep_ = now + sweep_every_;
    // There until nothing points to them, also where there is no memory to tell of it.
    std::vector<topic_pointer> removed;
    const struct forgetting
    {
        event_log& log;
        const std::vector<topic_pointer>& removed;
        ~forgetting()
        {
            if (!removed.empty()) {
                log.forget_removed();
            }
        }
    } forgets{*this, removed};
    for (auto i = topics_.begin(); i != topics_.end();) {
        const auto topic = i->second;
        topic->buffer.expire(now);
        if (idle_.count() == 0 || topic->subscribers != 0 || now - topic->last_used < idle_) {
            ++i;
            continue;
        }
        removed.push_back(topic);
        remember_removed(*topic);
        topic->removed = true;
        if (topic->never_had_an_event()) {
            count_out(*topic);
        }
        i = topics_.erase(i);
        for (const auto& worker : workers_) {
            tell(worker, topic, {}, newest_);
        }
    }
}

bool event_log::hold_unsent(std::size_t bytes) noexcept
{
    return rill::detail::bounded_add(unsent_, bytes, settings_.channel.unsent_bytes);
}

void event_log::release_unsent(std::size_t bytes) noexcept
{
    unsent_.fetch_sub(bytes, std::memory_order_relaxed);
}

} // namespace rill::pubsub::detail
