// Who is there: streams come and go, and others ask about them.

#include "pubsub/event_log.hpp"

#include <algorithm>

namespace rill::pubsub::detail {

bool interest::wants(const topic_state& topic) const noexcept
{
    return std::any_of(topics.begin(), topics.end(), [&](const auto* t) { return t == &topic; }) ||
           std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return p.matches(topic.name); });
}

bool interest::wants(std::string_view topic) const noexcept
{
    return std::any_of(topics.begin(), topics.end(), [&](const auto* t) { return t->name == topic; }) ||
           std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return p.matches(topic); });
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

} // namespace

result<event_log::entry> event_log::enter(std::vector<topic_pattern> topics, std::string who)
{
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
        if (added > settings_.topics - std::min(settings_.topics, topics_.size())) {
            return tl::unexpected(make_error_code(error::too_many_topics));
        }
        for (auto& t : topics) {
            if (!t.is_exact()) {
                wanted->patterns.push_back(std::move(t));
                continue;
            }
            auto* topic = find_or_create(t.text()).get();
            if (!wanted) {
                wanted.reset(&topic->alone);
                break;
            }
            if (std::find(wanted->topics.begin(), wanted->topics.end(), topic) != wanted->topics.end()) {
                continue;
            }
            wanted->topics.push_back(topic);
            if (!wanted->who.empty()) {
                names_of_it.push_back(make_name(wanted->who));
            }
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
        if (!wanted->patterns.empty() && with_patterns_++ == 0) {
            order_from_ = newest_;
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
        if (!i.patterns.empty() && --with_patterns_ == 0) {
            order_.clear();
        }
        --subscribers_;
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
