#pragma once

#include <cstdint>
#include <optional>
#include <rill/sse/parser.hpp>
#include <string>

namespace rill::client {

/// A notice of a rill server: it does not hold the events after the client's last event id, so some are missing.
struct gap_notice
{
    /// The id that the client has sent.
    std::string requested{};
    /// The id of the oldest event that the server holds, if it holds one.
    std::optional<std::string> oldest{};
};

/// A notice of a rill server: the client was too slow, and misses events.
struct dropped_notice
{
    std::uint64_t count = 0;
};

/// An event that an event_source has received. A notice of a rill server is an event, too, with the name "gap" or
/// "dropped". Other servers may use these names for their own events, so the data decides.
struct event : sse::parsed_event
{
    event() = default;
    explicit event(sse::parsed_event e) : sse::parsed_event(std::move(e)) {}

    /// The content of a gap notice. Nothing if this event is another one.
    std::optional<gap_notice> gap() const;
    /// The content of a dropped notice. Nothing if this event is another one.
    std::optional<dropped_notice> dropped() const;
};

} // namespace rill::client
