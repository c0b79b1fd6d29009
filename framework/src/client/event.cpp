#include <rill/client/event.hpp>

#include <boost/json/parse.hpp>

namespace rill::client {

namespace {

namespace json = boost::json;

// Returns the members of the data if the data is a JSON object. Otherwise returns an empty object.
json::object members_of(const std::string& data)
{
    error_code ec;
    auto value = json::parse(data, ec);
    const auto* object = ec ? nullptr : value.if_object();
    return object != nullptr ? *object : json::object();
}

std::optional<std::string> text_member(const json::object& members, std::string_view name)
{
    const auto* value = members.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::optional(std::string(text->data(), text->size())) : std::nullopt;
}

} // namespace

std::optional<gap_notice> event::gap() const
{
    if (name != "gap") {
        return std::nullopt;
    }
    const auto members = members_of(data);
    auto requested = text_member(members, "requested");
    auto oldest = text_member(members, "oldest");
    const auto* member = members.if_contains("oldest");
    if (!requested || member == nullptr || (!oldest && !member->is_null())) {
        return std::nullopt;
    }
    return gap_notice{std::move(*requested), std::move(oldest)};
}

std::optional<dropped_notice> event::dropped() const
{
    if (name != "dropped") {
        return std::nullopt;
    }
    const auto members = members_of(data);
    const auto* count = members.if_contains("count");
    error_code ec;
    const auto number = count != nullptr && count->is_number() ? count->to_number<std::uint64_t>(ec) : 0;
    return count != nullptr && count->is_number() && !ec ? std::optional(dropped_notice{number}) : std::nullopt;
}

} // namespace rill::client
