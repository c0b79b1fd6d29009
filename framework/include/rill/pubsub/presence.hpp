#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/pubsub/hub.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::pubsub {

struct presence_options
{
    /// The topic of the hub for the events between the nodes. Clients should not be able to subscribe to it.
    std::string topic = "presence";
    /// Time between two signs of life of a node. At least 1 ms.
    std::chrono::milliseconds renew{5'000};
    /// The names of a node expire if the other nodes have received nothing from it for this time, and at most `renew`
    /// longer. At least twice `renew`.
    std::chrono::milliseconds expire{15'000};
    /// Minimum time between two notifications of changes. It limits the number of events when many names change.
    std::chrono::milliseconds min_interval{50};
    /// Maximum number of names of one node, over all topics. Further names are not listed.
    std::size_t max_names = 100'000;
    /// Maximum number of other nodes. Further nodes are ignored.
    std::size_t max_nodes = 1'000;
    /// Called after the names of a topic have changed, on any node. presence::run() calls it on its worker, one call at
    /// a time. Several changes may cause one call. It must not block or throw. It may call functions of the presence.
    std::function<void(std::string_view topic)> on_change{};
};

/// The names of the users who are present at this moment, over all nodes. A node is a process with a presence. The
/// nodes exchange their names through a topic of a hub. Their hubs must share one log, see `backplane`.
///
///     pubsub::presence here(hub, {.on_change = [](std::string_view topic) { ... }});
///     options.background = {[here] { return here.run(); }};
///
///     const auto entry = here.enter("rooms/lobby", "ada"); // in a handler, as long as the stream is open
///     here.names("rooms/lobby");
///
/// If a node ends without notice, its names expire. If the log is not available, this node continues to list its own
/// names, and the names of the other nodes expire. A node that misses events requests the names again.
///
/// This class is a handle: copies refer to the same presence. All functions are thread-safe.
class presence
{
    struct state;

public:
    /// Throws std::invalid_argument for invalid options.
    explicit presence(pubsub::hub hub, presence_options options = {});

    /// A name that is present as long as this object exists. It may be moved. It may outlive the presence, and any
    /// thread may destroy it.
    class entry
    {
    public:
        entry() = default;
        entry(entry&& other) noexcept = default;
        entry& operator=(entry&& other) noexcept;
        ~entry();

    private:
        friend class presence;
        entry(std::shared_ptr<state> owner, std::string_view topic, std::string_view name);

        std::shared_ptr<state> owner_;
        std::string topic_;
        std::string name_;
    };

    /// Adds a name to a topic. The topic need not exist in the hub. A name may be present several times, also on
    /// several nodes. It is then listed once, until the last entry is gone. The name is not listed if it is empty,
    /// longer than 256 bytes or not UTF-8, if is_topic(topic) is false, or above presence_options::max_names.
    [[nodiscard]] entry enter(std::string_view topic, std::string_view name) const;

    /// The names that are present in this topic, sorted, without duplicates.
    std::vector<std::string> names(std::string_view topic) const;
    /// The topics in which names are present, sorted.
    std::vector<std::string> topics() const;

    /// Exchanges names with the other nodes until it is cancelled. It is a coroutine for server_options::background.
    /// Before it ends, it notifies the other nodes that the names of this node are gone. Without it, the presence lists
    /// the names of this node only, and nothing calls on_change. Throws std::logic_error if it is already running.
    /// Cancellation: terminal, partial and total.
    awaitable<> run() const;

private:
    static awaitable<> run(std::shared_ptr<state> s);
    static awaitable<> read_events(state& s);
    static awaitable<> publish_changes(state& s);
    static awaitable<> renew(state& s);

    std::shared_ptr<state> state_;
};

} // namespace rill::pubsub
