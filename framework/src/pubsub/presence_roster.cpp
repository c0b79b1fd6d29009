#include "pubsub/presence_roster.hpp"

#include <utility>

namespace rill::pubsub::detail {

presence_roster::presence_roster(std::string node, roster_limits limits) : self_(std::move(node)), limits_(limits) {}

bool presence_roster::enter(std::string_view topic, std::string_view name)
{
    if (own_.size() >= limits_.max_names && !own_.contains(topic, name)) {
        return false;
    }
    if (own_.add(topic, name)) {
        changed_own_[{std::string(topic), std::string(name)}] = true;
        if (all_.add(topic, name)) {
            changed_topics_.emplace(topic);
        }
    }
    return true;
}

void presence_roster::leave(std::string_view topic, std::string_view name)
{
    if (own_.remove(topic, name)) {
        changed_own_[{std::string(topic), std::string(name)}] = false;
        if (all_.remove(topic, name)) {
            changed_topics_.emplace(topic);
        }
    }
}

void presence_roster::begin()
{
    synchronized_ = false;
    hello_due_ = snapshot_due_ = true;
}

void presence_roster::on_gap()
{
    hello_due_ = true;
}

void presence_roster::on_message(const presence_message& message)
{
    if (message.node == self_) {
        synchronized_ = synchronized_ || message.kind == presence_kind::hello;
        return;
    }
    if (!synchronized_) {
        return;
    }
    if (message.kind == presence_kind::bye) {
        if (const auto gone = peers_.find(message.node); gone != peers_.end()) {
            forget(gone);
        }
        return;
    }
    auto* from = find_or_add(message.node);
    if (from == nullptr) {
        return;
    }
    from->idle_ticks = 0;
    if (message.kind == presence_kind::hello) {
        on_hello(message);
    } else if (message.kind == presence_kind::change) {
        on_change(message.node, *from, message);
    } else if (message.version != from->version || !from->is_complete) {
        from->is_complete = false;
        ask(message.node, *from);
    }
}

presence_roster::peer* presence_roster::find_or_add(const std::string& node)
{
    if (const auto found = peers_.find(node); found != peers_.end()) {
        return &found->second;
    }
    return peers_.size() < limits_.max_nodes ? &peers_[node] : nullptr;
}

void presence_roster::on_hello(const presence_message& message)
{
    snapshot_due_ = snapshot_due_ || message.to.empty() || message.to == self_;
}

void presence_roster::on_change(const std::string& node, peer& from, const presence_message& message)
{
    const bool follows = message.version == from.version + 1;
    from.version = message.version;
    if (message.begins_snapshot) {
        from.in_snapshot = true;
        from.snapshot.clear();
    } else if (!follows) {
        from.in_snapshot = from.is_complete = false;
    }
    if (!from.in_snapshot) {
        apply(from, message);
        if (!from.is_complete) {
            ask(node, from);
        }
        return;
    }
    for (const auto& name : message.added) {
        if (from.snapshot.size() < limits_.max_names) {
            from.snapshot.insert(name);
        }
    }
    if (message.ends_snapshot) {
        finish_snapshot(from);
    }
}

void presence_roster::apply(peer& from, const presence_message& message)
{
    for (const auto& name : message.removed) {
        remove(from, name);
    }
    for (const auto& name : message.added) {
        add(from, name);
    }
}

void presence_roster::finish_snapshot(peer& from)
{
    const auto before = from.names; // a copy, because remove() changes the original
    for (const auto& name : before) {
        if (!from.snapshot.contains(name)) {
            remove(from, name);
        }
    }
    for (const auto& name : from.snapshot) {
        add(from, name);
    }
    from.snapshot.clear();
    from.in_snapshot = from.is_asked = false;
    from.is_complete = true;
}

void presence_roster::ask(const std::string& node, peer& from)
{
    if (!std::exchange(from.is_asked, true)) {
        asks_.insert(node);
    }
}

void presence_roster::add(peer& to, const present_name& name)
{
    if (to.names.size() < limits_.max_names && to.names.insert(name).second && all_.add(name.topic, name.name)) {
        changed_topics_.insert(name.topic);
    }
}

void presence_roster::remove(peer& from, const present_name& name)
{
    if (from.names.erase(name) != 0 && all_.remove(name.topic, name.name)) {
        changed_topics_.insert(name.topic);
    }
}

void presence_roster::forget(peers::iterator gone)
{
    for (const auto& name : gone->second.names) {
        if (all_.remove(name.topic, name.name)) {
            changed_topics_.insert(name.topic);
        }
    }
    asks_.erase(gone->first);
    peers_.erase(gone);
}

void presence_roster::tick()
{
    alive_due_ = true;
    hello_due_ = hello_due_ || !synchronized_; // the log may have been unavailable
    for (auto next = peers_.begin(); next != peers_.end();) {
        const auto each = next++;
        if (++each->second.idle_ticks > limits_.expire_ticks) {
            forget(each);
        } else if (!each->second.is_complete) {
            each->second.is_asked = false;
            ask(each->first, each->second);
        }
    }
}

bool presence_roster::has_work() const noexcept
{
    return hello_due_ || snapshot_due_ || alive_due_ || !asks_.empty() || !changed_own_.empty() ||
           !changed_topics_.empty();
}

std::vector<presence_message> presence_roster::take_messages()
{
    std::vector<presence_message> messages;
    if (std::exchange(hello_due_, false)) {
        asks_.clear(); // all nodes answer
        messages.push_back({.node = self_, .kind = presence_kind::hello, .version = version_});
    }
    for (const auto& node : std::exchange(asks_, {})) {
        messages.push_back({.node = self_, .kind = presence_kind::hello, .to = node, .version = version_});
    }
    const auto before = version_;
    if (std::exchange(snapshot_due_, false)) {
        add_snapshot(messages);
    } else {
        add_changes(messages);
    }
    changed_own_.clear();
    if (std::exchange(alive_due_, false) && version_ == before) {
        messages.push_back({.node = self_, .kind = presence_kind::alive, .version = version_});
    }
    return messages;
}

std::vector<std::string> presence_roster::take_changed()
{
    const auto changed = std::exchange(changed_topics_, {});
    return {changed.begin(), changed.end()};
}

presence_message& presence_roster::next_change(std::vector<presence_message>& messages)
{
    messages.push_back({.node = self_, .kind = presence_kind::change, .version = ++version_});
    return messages.back();
}

void presence_roster::add_changes(std::vector<presence_message>& messages)
{
    std::size_t bytes = limits_.max_message_bytes;
    for (const auto& [name, is_present] : changed_own_) {
        bytes += name.topic.size() + name.name.size();
        if (bytes > limits_.max_message_bytes) {
            next_change(messages);
            bytes = name.topic.size() + name.name.size();
        }
        auto& change = messages.back();
        (is_present ? change.added : change.removed).push_back(name);
    }
}

void presence_roster::add_snapshot(std::vector<presence_message>& messages)
{
    next_change(messages).begins_snapshot = true;
    std::size_t bytes = 0;
    for (auto& name : own_.all()) {
        bytes += name.topic.size() + name.name.size();
        if (bytes > limits_.max_message_bytes) {
            next_change(messages);
            bytes = name.topic.size() + name.name.size();
        }
        messages.back().added.push_back(std::move(name));
    }
    messages.back().ends_snapshot = true;
}

} // namespace rill::pubsub::detail
