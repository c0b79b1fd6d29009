#include "pubsub/topic_table.hpp"

#include <algorithm>
#include <rill/core/detail/saturated.hpp>
#include <stdexcept>
#include <utility>

namespace rill::pubsub::detail {

namespace {

// A topic or an event is removed late, by at most its lifetime divided by this number.
constexpr int sweeps_in_a_lifetime = 4;

std::chrono::milliseconds shorter(std::chrono::milliseconds a, std::chrono::milliseconds b) noexcept
{
    return a.count() == 0 || b.count() == 0 ? std::max(a, b) : std::min(a, b);
}

using name_counts = decltype(topic_state::subscriber_names);

name_counts::node_type make_name(const std::string& name)
{
    name_counts one;
    one.emplace(name, 0);
    return one.extract(one.begin());
}

} // namespace

topic_table::topic_table(const topic_kinds& kinds, const settings& s)
    : kinds_(kinds), ids_(s.ids), idle_(rill::detail::saturated<clock::duration>(s.idle)),
      sweep_every_(rill::detail::saturated<clock::duration>(shorter(s.idle, kinds.shortest_age())) /
                   sweeps_in_a_lifetime),
      quota_(s.max_topics, s.max_topics_per_client), removed_(0)
{
    if (s.idle.count() < 0) {
        throw std::invalid_argument("pubsub: idle must be at least 0 ms");
    }
}

topic_state* topic_table::find(std::string_view name) const noexcept
{
    const auto found = topics_.find(name);
    return found == topics_.end() ? nullptr : found->second.get();
}

topic_pointer topic_table::find_or_create(std::string_view name, clock::time_point now, std::uint64_t client)
{
    if (const auto found = topics_.find(name); found != topics_.end()) {
        return found->second;
    }
    const auto kind = kinds_.of(name);
    const auto& options = kinds_.options(kind);
    const replay_buffer::settings settings{.limits = options.replay,
                                           .latest_per_key = options.slow == slow_policy::latest_per_key,
                                           .ids = ids_,
                                           .start = removed_.lost_until(name)};
    auto made = std::make_shared<topic_state>(std::string(name), kind, settings);
    made->last_used = now;
    made->creator = client;
    quota_.prepare(client);
    topics_.emplace(made->name, made);
    quota_.add(client);
    return made;
}

std::optional<topic_table::added_subscriber> topic_table::add_subscriber(std::vector<topic_pattern> topics,
                                                                         std::string name, std::uint64_t client,
                                                                         clock::time_point now)
{
    const auto created = static_cast<std::size_t>(std::count_if(
        topics.begin(), topics.end(), [&](const auto& t) { return t.is_exact() && find(t.text()) == nullptr; }));
    if (!quota_.allows(created, topics_.size(), client)) {
        return std::nullopt;
    }
    added_subscriber added;
    added.first.reserve(topics.size());
    std::vector<name_counts::node_type> names;
    if (topics.size() == 1 && topics.front().is_exact() && name.empty()) {
        added.filter.reset(&find_or_create(topics.front().text(), now, client)->single_topic_filter);
    } else {
        added.filter.reset(new topic_filter{.subscriber_name = std::move(name)});
        auto& filter = *added.filter;
        kinds_.apply(topics, filter);
        std::vector<topic_pattern> patterns;
        for (auto& t : topics) {
            if (!t.is_exact()) {
                patterns.push_back(std::move(t));
                continue;
            }
            filter.topics.push_back(find_or_create(t.text(), now, client).get());
            if (!filter.subscriber_name.empty()) {
                names.push_back(make_name(filter.subscriber_name));
            }
        }
        set_patterns(filter, std::move(patterns));
    }
    for (auto* topic : added.filter->topics) { // the code from here on does not throw
        if (topic->subscribers++ == 0) {
            added.first.push_back(topic);
        }
        if (!names.empty()) {
            ++topic->subscriber_names.insert(std::move(names.back())).position->second;
            names.pop_back();
        }
    }
    return added;
}

void topic_table::remove_subscriber(const topic_filter& filter, clock::time_point now) noexcept
{
    for (auto* topic : filter.topics) {
        topic->last_used = now;
        if (--topic->subscribers == 0) {
            topic->keep_alive = topics_.find(topic->name)->second;
        }
        auto& names = topic->subscriber_names;
        if (const auto found = names.find(filter.subscriber_name); found != names.end() && --found->second == 0) {
            names.erase(found);
        }
    }
}

std::vector<topic_pointer> topic_table::remove_idle(clock::time_point now, bool at_once)
{
    std::vector<topic_pointer> idle;
    if (sweep_every_.count() == 0 || (now < next_sweep_ && !at_once)) {
        return idle;
    }
    next_sweep_ = now + sweep_every_;
    for (const auto& [name, topic] : topics_) {
        topic->buffer.expire(now);
        if (idle_.count() != 0 && topic->subscribers == 0 && now - topic->last_used >= idle_) {
            idle.push_back(topic);
        }
    }
    for (const auto& topic : idle) {
        remove(*topic);
    }
    return idle;
}

void topic_table::remove(topic_state& topic) noexcept
{
    topic.removed = true;
    if (topic.never_had_an_event()) {
        quota_.remove(std::exchange(topic.creator, 0));
    }
    removed_.add(topic);
    topics_.erase(topics_.find(topic.name));
}

std::vector<std::string> topic_table::names() const
{
    std::vector<std::string> all;
    all.reserve(topics_.size());
    for (const auto& [name, topic] : topics_) {
        all.push_back(name);
    }
    return all;
}

std::size_t topic_table::subscribers(std::string_view topic) const noexcept
{
    const auto* found = find(topic);
    return found == nullptr ? 0 : found->subscribers;
}

std::vector<std::string> topic_table::subscriber_names(std::string_view topic) const
{
    std::vector<std::string> all;
    if (const auto* found = find(topic)) {
        for (const auto& [name, count] : found->subscriber_names) {
            all.push_back(name);
        }
    }
    return all;
}

} // namespace rill::pubsub::detail
