#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pubsub/name_counts.hpp"
#include "pubsub/presence_message.hpp"

namespace rill::pubsub::detail {

struct roster_limits
{
    std::size_t max_names = 100'000;           ///< of one node
    std::size_t max_nodes = 1'000;             ///< other nodes
    std::size_t max_message_bytes = 32 * 1024; ///< of the names in one message
    unsigned expire_ticks = 3; ///< a node expires at the first tick after this number of ticks without an event
};

/// The names of this node and of the other nodes, and the protocol between them, without I/O. Not thread-safe.
///
/// All nodes receive the messages in one order. A node begins with `hello`. It ignores all messages before its own
/// `hello`, because they may be from the past of the log. The other nodes answer with a snapshot of their names. Then
/// they publish each change. Each change has the next version of its node. Therefore a node detects that it has missed
/// a change, and requests a new snapshot.
class presence_roster
{
public:
    presence_roster(std::string node, roster_limits limits);

    /// Adds a name of this node. Returns false if the node has its maximum number of names.
    bool enter(std::string_view topic, std::string_view name);
    void leave(std::string_view topic, std::string_view name);

    std::vector<std::string> names(std::string_view topic) const { return all_.names(topic); }
    std::vector<std::string> topics() const { return all_.topics(); }

    /// A new subscription begins. The messages up to the next `hello` of this node are ignored.
    void begin();
    /// The log may have lost messages.
    void on_gap();
    void on_message(const presence_message& message);
    /// Called in equal intervals. Removes the nodes that have expired.
    void tick();

    /// Whether take_messages() or take_changed() would return something.
    bool has_work() const noexcept;
    /// Returns the messages to publish now, in this order.
    std::vector<presence_message> take_messages();
    /// Returns the topics whose names have changed since the last call.
    std::vector<std::string> take_changed();
    presence_message farewell() const { return {.node = self_, .kind = presence_kind::bye, .version = version_}; }

private:
    /// Another node.
    struct peer
    {
        std::uint64_t version = 0;
        bool is_complete = false; ///< all its names are known
        bool is_asked = false;    ///< a snapshot has been requested since the last tick
        bool in_snapshot = false;
        unsigned idle_ticks = 0;
        std::set<present_name> names{};
        std::set<present_name> snapshot{}; ///< the part of a snapshot that has arrived
    };
    using peers = std::map<std::string, peer, std::less<>>;

    peer* find_or_add(const std::string& node);
    void on_hello(const presence_message& message);
    void on_change(const std::string& node, peer& from, const presence_message& message);
    void apply(peer& from, const presence_message& message);
    void finish_snapshot(peer& from);
    void ask(const std::string& node, peer& from);
    void forget(peers::iterator gone);
    void add(peer& to, const present_name& name);
    void remove(peer& from, const present_name& name);
    void add_changes(std::vector<presence_message>& messages);
    void add_snapshot(std::vector<presence_message>& messages);
    presence_message& next_change(std::vector<presence_message>& messages);

    std::string self_;
    roster_limits limits_;
    name_counts own_;
    name_counts all_; ///< over all nodes; this node counts as one
    peers peers_;
    std::uint64_t version_ = 0;

    bool synchronized_ = false; ///< the own `hello` has arrived
    bool hello_due_ = true;
    bool snapshot_due_ = true;
    bool alive_due_ = false;
    std::set<std::string> asks_;               ///< nodes whose snapshot is to be requested
    std::map<present_name, bool> changed_own_; ///< own names since the last message; whether they are present
    std::set<std::string> changed_topics_;
};

} // namespace rill::pubsub::detail
