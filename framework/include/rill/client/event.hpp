#pragma once

#include <cstdint>
#include <optional>
#include <rill/sse/parser.hpp>
#include <string>

namespace rill::client {

/// A notice of a rill server: some events are missing, because the server does not hold all events after the client's
/// last event id.
struct gap_notice
{
    /// The id that the client has sent.
    std::string requested{};
    /// The id of the oldest event that the server holds, if it holds one.
    std::optional<std::string> oldest{};
};

/// A notice of a rill server: the client misses events, because it was too slow.
struct dropped_notice
{
    std::uint64_t count = 0;
};

/// An event that an event_source has received. A notice of a rill server is an event with the name "gap" or "dropped".
/// Other servers may use these names for their own events. Therefore gap() and dropped() also check the data.
struct event : sse::parsed_event
{
    event() = default;
    explicit event(sse::parsed_event e) : sse::parsed_event(std::move(e)) {}

    /// Returns the content of a gap notice. Returns nothing if this event is no gap notice.
    std::optional<gap_notice> gap() const;
    /// Returns the content of a dropped notice. Returns nothing if this event is no dropped notice.
    std::optional<dropped_notice> dropped() const;
};

} // namespace rill::client
