#include "pubsub/presence_message.hpp"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <rill/pubsub/topic_pattern.hpp>
#include <rill/sse/encoder.hpp>

namespace rill::pubsub::detail {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kinds{"hello", "alive", "change", "bye"}; // in the order of presence_kind
constexpr std::size_t max_node_id = 64;

/// Returns {"topic": ["name", ...], ...}. Equal topics must be neighbors.
json::object to_json(const std::vector<present_name>& names)
{
    json::object topics;
    for (const auto& each : names) {
        auto& list = topics[each.topic];
        if (!list.is_array()) {
            list = json::array();
        }
        list.get_array().emplace_back(each.name);
    }
    return topics;
}

/// Returns false if the value is not a list of valid names.
bool read_list(std::string_view topic, const json::value& list, std::vector<present_name>& names)
{
    const auto* entries = list.if_array();
    if (entries == nullptr || !is_topic(topic)) {
        return false;
    }
    for (const auto& entry : *entries) {
        const auto* name = entry.if_string();
        if (name == nullptr || !is_present_name(*name)) {
            return false;
        }
        names.push_back({std::string(topic), std::string(*name)});
    }
    return true;
}

bool read_names(const json::object& message, std::string_view member, std::vector<present_name>& names)
{
    const auto* value = message.if_contains(member);
    if (value == nullptr) {
        return true;
    }
    const auto* topics = value->if_object();
    if (topics == nullptr) {
        return false;
    }
    for (const auto& topic : *topics) {
        if (!read_list(topic.key(), topic.value(), names)) {
            return false;
        }
    }
    return true;
}

std::string_view text_of(const json::object& message, std::string_view member)
{
    const auto* value = message.if_contains(member);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

bool flag_of(const json::object& message, std::string_view member)
{
    const auto* value = message.if_contains(member);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<presence_kind> kind_of(std::string_view name)
{
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (kinds[i] == name) {
            return static_cast<presence_kind>(i);
        }
    }
    return {};
}

/// Returns nothing if the number is missing, negative or larger than 2^63.
std::optional<std::uint64_t> version_of(const json::object& message)
{
    const auto* value = message.if_contains("version");
    const auto* number = value == nullptr ? nullptr : value->if_int64();
    if (number == nullptr || *number < 0) {
        return {};
    }
    return static_cast<std::uint64_t>(*number);
}

} // namespace

bool is_present_name(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= max_present_name && sse::is_valid_utf8(name);
}

std::string to_text(const presence_message& message)
{
    json::object text{{"node", message.node}, {"kind", kinds[static_cast<std::size_t>(message.kind)]}};
    text["version"] = message.version;
    if (!message.to.empty()) {
        text["to"] = message.to;
    }
    if (message.begins_snapshot) {
        text["begins"] = true;
    }
    if (message.ends_snapshot) {
        text["ends"] = true;
    }
    if (!message.added.empty()) {
        text["added"] = to_json(message.added);
    }
    if (!message.removed.empty()) {
        text["removed"] = to_json(message.removed);
    }
    return json::serialize(text);
}

std::optional<presence_message> parse_presence_message(std::string_view text)
{
    boost::system::error_code failed;
    const auto value = json::parse(text, failed);
    const auto* object = failed ? nullptr : value.if_object();
    if (object == nullptr) {
        return {};
    }
    const auto node = text_of(*object, "node");
    const auto to = text_of(*object, "to");
    const auto kind = kind_of(text_of(*object, "kind"));
    const auto version = version_of(*object);
    if (node.empty() || node.size() > max_node_id || to.size() > max_node_id || !kind || !version) {
        return {};
    }
    presence_message message{.node = std::string(node), .kind = *kind, .to = std::string(to), .version = *version};
    message.begins_snapshot = flag_of(*object, "begins");
    message.ends_snapshot = flag_of(*object, "ends");
    if (!read_names(*object, "added", message.added) || !read_names(*object, "removed", message.removed)) {
        return {};
    }
    return message;
}

} // namespace rill::pubsub::detail
