#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <rill/pubsub.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/message.hpp"

namespace chat {

struct room_entry
{
    std::string room;
    std::size_t people = 0;
};
BOOST_DESCRIBE_STRUCT(room_entry, (), (room, people))

/// All rooms: a topic "rooms/NAME" of one hub each, whose events are the messages, and `who` with the names of those
/// who are here, each time that somebody comes or leaves. `who` has a key: of those only the newest is held, and the
/// rest of the past is what was said. Thread-safe.
class rooms
{
public:
    /// A message that came already, as its key tells, is not said again.
    /// @return the id of its event
    rill::result<rill::pubsub::log_id> post(const room_name& room, const posted& what);

    /// Those that there are, with how many are there, in order.
    std::vector<room_entry> list() const;

    const rill::pubsub::hub& hub() const noexcept { return hub_; }

private:
    friend class visit;

    void announce(const std::string& topic);

    rill::pubsub::hub hub_{{.channel = {.replay = {.max_events = 500, .max_bytes = 1024 * 1024},
                                        .history = 50,
                                        .slow = rill::pubsub::slow_policy::latest_per_key},
                            .max_topics = 1000,
                            .idle = std::chrono::hours(24)}};
    std::mutex mutex_; // what is looked up and then published goes out in that order
    std::unordered_map<std::string, rill::pubsub::log_id> posted_; // by room and key
    std::deque<std::string> posted_order_;
};

/// Somebody in a room, for as long as the object lives: the others are told of both ends.
class visit
{
public:
    /// @param name none: looks on without being seen
    /// @param last_event_id of the last event that was seen before, as rill::pubsub::hub::subscribe()
    visit(rooms& all, const room_name& room, const std::optional<nickname>& name, std::string_view last_event_id);
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit();

    /// As rill::pubsub::subscription::position().
    rill::pubsub::encoded_event position() const { return events_->position(); }

    /// As rill::pubsub::subscription::next().
    auto next() { return events_->next(); }

private:
    rooms& all_;
    const std::string topic_;
    const bool seen_;
    std::optional<rill::pubsub::subscription> events_;
};

} // namespace chat
