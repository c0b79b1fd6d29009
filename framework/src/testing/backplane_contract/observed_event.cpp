#include "testing/backplane_contract/observed_event.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rill::testing::contract {

observed_event observed_event::of(const pubsub::event_draft& event, std::string_view id, std::uint64_t number)
{
    return {.kind = type::event,
            .id = std::string(id),
            .number = number,
            .topic = std::string(event.topic()),
            .key = std::string(event.key()),
            .name = std::string(event.name()),
            .data = std::string(event.data()),
            .lines = std::string(event.lines()),
            .has_data = event.has_data()};
}

observed_event observed_event::of(type kind, const pubsub::log_position& at)
{
    observed_event made;
    made.kind = kind;
    made.id = at.id;
    made.number = at.number;
    return made;
}

std::string quoted(std::string_view text)
{
    constexpr std::size_t max_shown = 60;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown = "\"";
    for (const char c : text.substr(0, max_shown)) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20 || code == 0x7f) {
            shown.append("\\x").append(1, digits[code >> 4U]).append(1, digits[code & 0xfU]);
        } else {
            shown += c;
        }
    }
    shown += '"';
    if (text.size() > max_shown) {
        shown.append("... (").append(std::to_string(text.size())).append(" bytes)");
    }
    return shown;
}

std::string difference(const observed_event& published, const observed_event& delivered)
{
    struct field
    {
        std::string_view name;
        std::string observed_event::*value;
    };
    constexpr std::array<field, 5> fields{{{"topic", &observed_event::topic},
                                           {"key", &observed_event::key},
                                           {"name", &observed_event::name},
                                           {"data", &observed_event::data},
                                           {"encoded text", &observed_event::lines}}};
    for (const auto& f : fields) {
        if (published.*f.value != delivered.*f.value) {
            const auto differs = std::ranges::mismatch(published.*f.value, delivered.*f.value);
            return std::string(f.name) + ": expected " + quoted(published.*f.value) + ", came " +
                   quoted(delivered.*f.value) + ", different from byte " +
                   std::to_string(differs.in1 - (published.*f.value).begin());
        }
    }
    if (published.has_data != delivered.has_data) {
        return published.has_data ? "the event has data, and came without"
                                  : "the event has no data, and came with data";
    }
    return {};
}

bool is_number(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 20 && (text.front() != '0' || text == "0") &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace rill::testing::contract
