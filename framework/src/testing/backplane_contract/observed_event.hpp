#pragma once

#include <cstdint>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <string_view>

namespace rill::testing::contract {

/// Records one call of a reader by the log, or one event of a page of the past.
struct observed_event
{
    enum class type : unsigned char
    {
        begin,
        event,
        gap,
    };

    type kind = type::event;
    std::string id;
    std::uint64_t number = 0;
    std::string topic;
    std::string key;
    std::string name;
    std::string data;
    std::string lines; ///< event_draft::lines()
    bool has_data = false;

    static observed_event of(const pubsub::event_draft& event, std::string_view id, std::uint64_t number);
    static observed_event of(type kind, const pubsub::log_position& at);
};

/// Returns which field of the event differs from the published one, with both values. Empty if all fields are equal.
std::string difference(const observed_event& published, const observed_event& delivered);

/// Returns a text in quotation marks, shortened if it is long, with escapes for control characters.
std::string quoted(std::string_view text);

/// Whether the text is a decimal number without a sign and without leading zeros.
bool is_number(std::string_view text) noexcept;

} // namespace rill::testing::contract
