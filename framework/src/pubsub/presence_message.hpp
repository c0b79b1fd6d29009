#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill::pubsub::detail {

/// A name in a topic.
struct present_name
{
    std::string topic;
    std::string name;

    friend bool operator==(const present_name&, const present_name&) = default;
    friend auto operator<=>(const present_name&, const present_name&) = default;
};

enum class presence_kind : unsigned char
{
    hello,  ///< the node requests the names of the other nodes, or of the node `to`
    alive,  ///< a sign of life
    change, ///< names that were added or removed, or a part of a snapshot
    bye,    ///< the node ends
};

/// The data of an event between nodes.
struct presence_message
{
    std::string node;
    presence_kind kind = presence_kind::alive;
    std::string to{}; ///< only for `hello`; empty: all nodes
    /// The number of `change` messages that the node has published, with this one. A node that sees another number than
    /// it expects has missed a message.
    std::uint64_t version = 0;
    bool begins_snapshot = false; ///< this `change` message and the following ones contain all names of the node...
    bool ends_snapshot = false;   ///< ...up to this one
    std::vector<present_name> added{};
    std::vector<present_name> removed{};
};

inline constexpr std::size_t max_present_name = 256;

/// Whether `name` is valid in a message: 1 to 256 bytes of UTF-8.
bool is_present_name(std::string_view name) noexcept;

std::string to_text(const presence_message& message);
/// Returns nothing for a text that is not a message, or that has a topic or a name that is not valid.
std::optional<presence_message> parse_presence_message(std::string_view text);

} // namespace rill::pubsub::detail
