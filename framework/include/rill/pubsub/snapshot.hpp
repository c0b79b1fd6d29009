#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill::pubsub {

/// The state of an application at one position of the log, as events for clients that join. A function of the
/// application returns it, see channel_options::snapshot. It may be moved, but not copied. Not thread-safe.
class snapshot
{
public:
    /// Adds an event. Encodes the event, and keeps no reference to its text. Clients get the events in the order of the
    /// calls. The event must not have an id, because the last event gets the id of the position. If an event has an id,
    /// exceeds channel_options::max_event_bytes or is not UTF-8, the whole snapshot counts as failed.
    /// @param topic  encoded_event::topic() for handlers that join
    void add(const sse::event& e, std::string_view topic = {});

    /// Adds an event that has data only.
    void add(std::string_view data) { add(sse::event{.data = data}); }

    /// Sets the position of the state: directly after the event with this id. The state must contain the effect of each
    /// event up to this position and of no later event. Clients then get exactly the later events. An application that
    /// builds its state from the events of the channel knows this id. Without this call, the position is
    /// snapshot_request::position.
    /// @param id  encoded_event::id() of the last event that is part of the state. Empty: the beginning of the log. The
    ///            channel must hold all later events; otherwise the snapshot counts as failed
    void set_position(log_id id) { position_ = std::move(id); }

    /// Internal to this module.
    struct content
    {
        std::vector<event_draft> events;
        std::optional<log_id> position;
        error_code failure;
    };
    content release() &&;

private:
    std::vector<event_draft> events_;
    std::optional<log_id> position_;
    error_code failure_;
};

/// Describes the snapshot that clients need.
struct snapshot_request
{
    /// The topics and patterns of the clients, in order. All clients with the same topics share the result. Empty for a
    /// channel.
    std::vector<topic_pattern> topics{};
    /// The id of the newest event in the log before the call. It may be empty, for example if there is no event.
    log_id position{};
};

/// See channel_options::snapshot.
using snapshot_function = std::function<awaitable<result<snapshot>>(snapshot_request)>;

/// Limits of the calls of channel_options::snapshot, and of the use of their results.
struct snapshot_limits
{
    /// How long a result serves further clients, from its arrival. 0: it serves only the clients that joined during the
    /// call.
    std::chrono::milliseconds max_age{1000};
    /// Maximum number of later events, above which a result does not serve further clients. A client gets these events
    /// after the snapshot.
    std::size_t max_later_events = 1024;
    /// Maximum number of calls at one time, for all topics of the channel or hub. Further calls wait. At least 1.
    std::size_t max_calls = 16;
    /// A call that takes longer is cancelled, and counts as failed. At least 1 ms.
    std::chrono::milliseconds timeout{10'000};
};

} // namespace rill::pubsub
