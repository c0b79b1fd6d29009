#include <rill/pubsub/presence.hpp>

#include <array>
#include <mutex>
#include <random>
#include <rill/core/interval.hpp>
#include <rill/core/task_group.hpp>
#include <rill/pubsub/channel.hpp>
#include <stdexcept>
#include <utility>

#include "pubsub/presence_roster.hpp"

namespace rill::pubsub {

namespace {

/// Returns 128 random bits as text. Two nodes must never have the same id.
std::string random_node_id()
{
    std::random_device random;
    std::string id;
    for (int i = 0; i < 4; ++i) {
        std::array<char, 9> digits{};
        std::snprintf(digits.data(), digits.size(), "%08x", random());
        id += digits.data();
    }
    return id;
}

detail::roster_limits limits_of(const presence_options& options)
{
    return {.max_names = options.max_names,
            .max_nodes = options.max_nodes,
            .expire_ticks =
                static_cast<unsigned>((options.expire + options.renew - std::chrono::milliseconds(1)) / options.renew)};
}

void check(const presence_options& options)
{
    using namespace std::chrono_literals;
    if (!is_topic(options.topic)) {
        throw std::invalid_argument("presence: the topic '" + options.topic + "' is not a valid name of a topic");
    }
    if (options.renew < 1ms) {
        throw std::invalid_argument("presence: renew is " + std::to_string(options.renew.count()) +
                                    " ms; it must be at least 1 ms");
    }
    if (options.expire / 2 < options.renew) {
        throw std::invalid_argument("presence: expire is " + std::to_string(options.expire.count()) +
                                    " ms; it must be at least twice renew");
    }
    if (options.min_interval < 1ms) {
        throw std::invalid_argument("presence: min_interval is " + std::to_string(options.min_interval.count()) +
                                    " ms; it must be at least 1 ms");
    }
}

} // namespace

struct presence::state
{
    state(pubsub::hub h, presence_options o)
        : hub(std::move(h)), options(std::move(o)), roster(random_node_id(), limits_of(options))
    {}

    pubsub::hub hub;
    const presence_options options;
    /// Wakes publish_changes(), from any thread. Each event has the same meaning: there is work.
    channel wake{{.replay = {.max_events = 1}, .slow = slow_policy::drop_oldest, .notify_dropped = false}};

    std::mutex mutex; ///< protects the members below
    detail::presence_roster roster;
    bool is_running = false;
    bool is_awake = false; ///< `wake` has an event that publish_changes() has not taken

    /// Calls a function with the roster, and wakes publish_changes() if there is work.
    template <class F>
    void update(F change)
    {
        std::unique_lock lock(mutex);
        change(roster);
        const bool wakes = roster.has_work() && !std::exchange(is_awake, true);
        lock.unlock();
        if (wakes) {
            (void)wake.publish(""); // cannot fail, because the event is small
        }
    }

    /// An event that cannot be published is lost. The other nodes detect this by the version of the next one.
    void publish(const detail::presence_message& message) { (void)hub.publish(options.topic, to_text(message)); }

    void publish_work()
    {
        std::unique_lock lock(mutex);
        is_awake = false;
        const auto messages = roster.take_messages();
        const auto changed = roster.take_changed();
        lock.unlock();
        for (const auto& message : messages) {
            publish(message);
        }
        for (const auto& topic : changed) {
            if (options.on_change) {
                options.on_change(topic);
            }
        }
    }

    /// Does not throw. If memory is exhausted, the other nodes learn about the change from the next snapshot.
    void leave(const std::string& topic, const std::string& name) noexcept
    {
        try {
            update([&](detail::presence_roster& roster) { roster.leave(topic, name); });
        } catch (...) { // NOLINT(bugprone-empty-catch)
        }
    }

    void on_event(const encoded_event& e)
    {
        if (e.kind() != event_kind::message) {
            update([](detail::presence_roster& roster) { roster.on_gap(); });
        } else if (const auto message = detail::parse_presence_message(e.data())) {
            update([&message](detail::presence_roster& roster) { roster.on_message(*message); });
        }
    }

    void begin_run()
    {
        const std::lock_guard lock(mutex);
        if (std::exchange(is_running, true)) {
            throw std::logic_error("presence: run() is already running");
        }
    }

    /// Does not throw. If memory is exhausted, the names of this node expire on the other nodes.
    void end_run() noexcept
    {
        try {
            std::unique_lock lock(mutex);
            is_running = false;
            const auto last = roster.farewell();
            lock.unlock();
            publish(last);
        } catch (...) { // NOLINT(bugprone-empty-catch)
        }
    }
};

presence::presence(pubsub::hub hub, presence_options options)
{
    check(options);
    state_ = std::make_shared<state>(std::move(hub), std::move(options));
}

presence::entry::entry(std::shared_ptr<state> owner, std::string_view topic, std::string_view name)
    : owner_(std::move(owner)), topic_(topic), name_(name)
{}

presence::entry& presence::entry::operator=(entry&& other) noexcept
{
    std::swap(owner_, other.owner_);
    std::swap(topic_, other.topic_);
    std::swap(name_, other.name_);
    return *this;
}

presence::entry::~entry()
{
    if (owner_) {
        owner_->leave(topic_, name_);
    }
}

presence::entry presence::enter(std::string_view topic, std::string_view name) const
{
    if (!is_topic(topic) || !detail::is_present_name(name)) {
        return {};
    }
    entry entered(state_, topic, name);
    bool is_listed = false;
    state_->update([&](detail::presence_roster& roster) { is_listed = roster.enter(topic, name); });
    if (!is_listed) {
        entered.owner_.reset();
    }
    return entered;
}

std::vector<std::string> presence::names(std::string_view topic) const
{
    const std::lock_guard lock(state_->mutex);
    return state_->roster.names(topic);
}

std::vector<std::string> presence::topics() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->roster.topics();
}

awaitable<> presence::run() const
{
    return run(state_);
}

awaitable<> presence::run(std::shared_ptr<state> s)
{
    s->begin_run();
    struct farewell
    {
        state& of;
        ~farewell() { of.end_run(); }
    } const at_end{*s};
    co_await with_task_group([&](task_group& group) -> awaitable<> {
        (void)group.spawn(read_events(*s)); // a group accepts three tasks
        (void)group.spawn(publish_changes(*s));
        co_await renew(*s);
    });
}

awaitable<> presence::read_events(state& s)
{
    for (;;) {
        auto events = s.hub.subscribe(s.options.topic);
        s.update([](detail::presence_roster& roster) { roster.begin(); });
        for (;;) {
            const auto e = co_await events.next();
            if (!e) {
                break;
            }
            s.on_event(e);
        }
        co_await sleep_for(s.options.renew); // the subscription has ended, for example because memory was exhausted
    }
}

awaitable<> presence::publish_changes(state& s)
{
    for (;;) {
        auto woken = s.wake.subscribe();
        for (;;) {
            s.publish_work();
            co_await sleep_for(s.options.min_interval);
            const auto e = co_await woken.next();
            if (!e) {
                break;
            }
        }
    }
}

awaitable<> presence::renew(state& s)
{
    for (interval every(s.options.renew);;) {
        co_await every.tick();
        s.update([](detail::presence_roster& roster) { roster.tick(); });
    }
}

} // namespace rill::pubsub
