// Who is there: streams come and go, and others ask about them.

#include "pubsub/event_log.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace rill::pubsub::detail {

namespace {

// A request may name hundreds of topics, and a hub have a hundred thousand.
auto find_name(const std::vector<topic_state*>& topics, std::string_view name) noexcept
{
    const auto found = std::lower_bound(topics.begin(), topics.end(), name,
                                        [](const topic_state* t, std::string_view wanted) { return t->name < wanted; });
    return found != topics.end() && (*found)->name == name ? *found : nullptr;
}

} // namespace

bool interest::names(const topic_state& topic) const noexcept
{
    return find_name(topics, topic.name) == &topic;
}

bool interest::matches(std::string_view topic) const noexcept
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return p.matches(topic); });
}

bool interest::wants(const topic_state& topic) const noexcept
{
    return names(topic) || matches(topic.name);
}

bool interest::wants(std::string_view topic) const noexcept
{
    return find_name(topics, topic) != nullptr || matches(topic);
}

// Whether newer events replace older ones in a topic of that name, or in one that the pattern may match.
bool event_log::conflates(const topic_pattern& topics) const noexcept
{
    if (topics.is_exact()) {
        return options(kind_of(topics.text())).slow == slow_policy::latest_per_key;
    }
    bool does = settings_.channel.slow == slow_policy::latest_per_key;
    for (std::size_t i = 0; i != patterns_.size(); ++i) {
        does = does || (options(i + 1).slow == slow_policy::latest_per_key && patterns_[i].overlaps(topics));
    }
    return does;
}

// A topic's, if all have the same.
void event_log::take_options_of(const std::vector<topic_pattern>& topics, interest& i) const noexcept
{
    i.kind = kind_of(topics.front().text());
    for (const auto& t : topics) {
        i.kind = kind_of(t.text()) == i.kind ? i.kind : 0;
        i.conflates = i.conflates || conflates(t);
    }
}

namespace {

using name_counts = decltype(topic_state::who);

name_counts::node_type make_name(const std::string& who)
{
    name_counts one;
    one.emplace(who, 0);
    return one.extract(one.begin());
}

// By name, each once.
void put_in_order(std::vector<topic_pattern>& topics)
{
    std::ranges::sort(topics, {}, &topic_pattern::text);
    topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
}

std::vector<std::string> prefixes_of(const std::vector<topic_pattern>& patterns)
{
    std::vector<std::string> all;
    for (const auto& p : patterns) {
        all.push_back(p.text().substr(0, p.text().find('*')));
    }
    std::ranges::sort(all);
    std::vector<std::string> shortest;
    for (auto& prefix : all) { // what begins with another one follows it
        if (shortest.empty() || !prefix.starts_with(shortest.back())) {
            shortest.push_back(std::move(prefix));
        }
    }
    return shortest;
}

// Topics that are only listened to leave this part of all to those that are published in.
constexpr std::size_t part_for_events = 4;

// A mebibyte or two, as names are short.
constexpr std::size_t most_removed = 16UL * 1024;

} // namespace

bool event_log::may_add(std::size_t topics, std::uint64_t client) const noexcept
{
    const auto left = [](std::size_t most, std::size_t used) { return most - std::min(most, used); };
    const auto listened = settings_.topics - settings_.topics / part_for_events;
    if (topics > left(settings_.topics, topics_.size()) || topics > left(listened, without_events_)) {
        return false;
    }
    const auto share = client == 0 ? shares_.end() : shares_.find(client);
    const auto used = share == shares_.end() ? 0 : share->second;
    return topics == 0 || client == 0 || topics <= left(settings_.topics_of_client, used);
}

// It is one without an event no more.
void event_log::count_out(topic_state& topic) noexcept
{
    --without_events_;
    if (const auto share = shares_.find(std::exchange(topic.client, 0)); share != shares_.end() && --share->second == 0)
    {
        shares_.erase(share);
    }
}

// Up to where a topic of that name may have lost something before it is made.
std::uint64_t event_log::lost_of(std::string_view name) const
{
    const auto found = removed_.find(std::string(name));
    return found == removed_.end() ? known_from_ : found->second;
}

// Else everybody who comes back to a quiet topic would be told of a gap as soon as any other one has been removed.
void event_log::remember_removed(const topic_state& topic) noexcept
{
    const auto* newest = topic.buffer.newest();
    const auto until = std::max(newest == nullptr ? 0 : newest->sequence, topic.buffer.lost_sequence());
    if (!topic.never_had_an_event()) {
        forgotten_ = std::max(forgotten_, until);
    }
    if (until <= known_from_) {
        return;
    }
    try {
        removed_[topic.name] = until;
    } catch (const std::bad_alloc&) {
        known_from_ = std::max(known_from_, until);
    }
    if (removed_.size() > most_removed) {
        removed_.clear();
        known_from_ = forgotten_;
    }
}

// It has no past that anybody may come back for. Where there is no memory to tell the workers it stays until it is
// idle.
void event_log::remove_unused(topic_state& topic) noexcept
{
    try {
        for (const auto& worker : workers_) {
            auto& pending = worker->pending;
            if (pending.size() == pending.capacity()) {
                pending.reserve(2 * pending.size() + 1);
            }
        }
        to_wake_.reserve(to_wake_.size() + workers_.size());
    } catch (const std::bad_alloc&) {
        return;
    }
    topic.removed = true;
    count_out(topic);
    remember_removed(topic);
    topics_.erase(topics_.find(topic.name));
    for (const auto& worker : workers_) {
        tell(worker, topic.leaving, {}, newest_);
    }
}

result<event_log::entry> event_log::enter(std::vector<topic_pattern> topics, std::string who, std::uint64_t client)
{
    put_in_order(topics);
    interest_pointer wanted;
    if (topics.size() != 1 || !topics.front().is_exact() || !who.empty()) {
        wanted.reset(new interest{.who = std::move(who)});
        take_options_of(topics, *wanted);
    }
    const std::lock_guard in_order(presence_);
    sweep_for_room();
    std::vector<const topic_state*> first;
    first.reserve(topics.size());
    std::vector<name_counts::node_type> names_of_it;
    std::uint64_t newest = 0;
    {
        const lock held(mutex_);
        const auto added = static_cast<std::size_t>(std::count_if(topics.begin(), topics.end(), [&](const auto& t) {
            return t.is_exact() && topics_.find(t.text()) == topics_.end();
        }));
        if (!may_add(added, client)) {
            return tl::unexpected(make_error_code(error::too_many_topics));
        }
        for (auto& t : topics) {
            if (!t.is_exact()) {
                wanted->patterns.push_back(std::move(t));
                continue;
            }
            auto* topic = find_or_create(t.text(), client).get();
            if (!wanted) {
                wanted.reset(&topic->alone);
                break;
            }
            wanted->topics.push_back(topic);
            if (!wanted->who.empty()) {
                names_of_it.push_back(make_name(wanted->who));
            }
        }
        if (!wanted->patterns.empty()) {
            wanted->prefixes = prefixes_of(wanted->patterns);
        }
        for (auto* topic : wanted->topics) { // from here on nothing fails
            if (topic->subscribers++ == 0) {
                first.push_back(topic);
            }
            if (!names_of_it.empty()) {
                ++topic->who.insert(std::move(names_of_it.back())).position->second;
                names_of_it.pop_back();
            }
        }
        ++subscribers_;
        newest = newest_;
    }
    for (const auto* topic : first) {
        if (const auto& hook = options(topic->kind).on_first_subscriber) {
            hook(topic->name);
        }
    }
    return entry{std::move(wanted), newest};
}

// Of destructors: it needs no memory.
void event_log::leave(interest_pointer wanted) noexcept
{
    auto& i = *wanted;
    if (i.shared) { // the topic's own: once it has no subscriber, that may be gone at any time
        static_cast<void>(wanted.release());
    }
    const std::lock_guard in_order(presence_);
    links told;
    {
        const lock held(mutex_);
        const auto now = settings_.now();
        for (auto* topic : i.topics) {
            topic->last_used = now;
            if (--topic->subscribers == 0) {
                topic->leaving = topics_.find(topic->name)->second;
            }
            if (const auto found = topic->who.find(i.who); found != topic->who.end() && --found->second == 0) {
                topic->who.erase(found);
            }
        }
        for (auto* topic : i.topics) {
            if (topic->leaving && topic->never_had_an_event()) {
                remove_unused(*topic);
            }
        }
        --subscribers_;
        told.swap(to_wake_);
    }
    try {
        wake(told);
    } catch (...) { // no memory: they are told with the next event
        static_cast<void>(told);
    }
    topic_pointer last; // of which `i` may be a part
    for (auto* topic : i.topics) {
        if (!topic->leaving) {
            continue;
        }
        last = std::move(topic->leaving);
        if (const auto& hook = options(last->kind).on_last_subscriber) {
            hook(last->name);
        }
    }
}

topic_pointer event_log::pointer_to(const topic_state& topic) const
{
    const lock held(mutex_);
    return topics_.find(topic.name)->second;
}

statistics event_log::stats() const
{
    const lock held(mutex_);
    auto sum = former_;
    for (const auto& worker : workers_) {
        worker->add_to(sum);
    }
    sum.published = published_;
    sum.gaps = gaps_;
    sum.subscribers = subscribers_;
    sum.topics = topics_.size();
    const auto now = settings_.now();
    for (const auto& [name, topic] : topics_) {
        topic->buffer.expire(now);
        sum.held_events += topic->buffer.size();
        sum.held_bytes += topic->buffer.bytes();
    }
    sum.unsent_bytes = unsent_.load(std::memory_order_relaxed);
    sum.past_reads = past_reads_.load(std::memory_order_relaxed);
    sum.past_failures = past_failures_.load(std::memory_order_relaxed);
    return sum;
}

std::vector<std::string> event_log::topics() const
{
    const lock held(mutex_);
    std::vector<std::string> names;
    names.reserve(topics_.size());
    for (const auto& [name, topic] : topics_) {
        names.push_back(name);
    }
    return names;
}

std::size_t event_log::subscribers(std::string_view topic) const
{
    const lock held(mutex_);
    const auto found = topics_.find(topic);
    return found == topics_.end() ? 0 : found->second->subscribers;
}

std::vector<std::string> event_log::who(std::string_view topic) const
{
    const lock held(mutex_);
    std::vector<std::string> names;
    if (const auto found = topics_.find(topic); found != topics_.end()) {
        for (const auto& [name, count] : found->second->who) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace rill::pubsub::detail
