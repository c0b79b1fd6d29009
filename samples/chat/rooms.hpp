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

/// All rooms. Each room is a topic "rooms/NAME" of one hub. The events of a room are its messages, and `who` events. A
/// `who` event lists the names of the people in the room. It is sent each time somebody enters or leaves. `who` has a
/// key. Therefore the hub keeps only the newest `who` event, and the other events of the history are messages.
/// Thread-safe.
class rooms
{
public:
    /// Publishes a message. A message with a known key is not published again.
    /// @return the id of the event of the message
    rill::result<rill::pubsub::log_id> post(const room_name& room, const posted& what);

    /// Returns the existing rooms, sorted by name, with the number of people in each room.
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
    std::mutex mutex_;                                             // makes each lookup and its publish atomic
    std::unordered_map<std::string, rill::pubsub::log_id> posted_; // by room and key
    std::deque<std::string> posted_order_;
};

/// A person in a room, for the lifetime of the object. The constructor and the destructor notify the other people.
class visit
{
public:
    /// @param name  if empty, the person reads the messages but is not listed
    /// @param last_event_id  ID of the last event that the client received: see rill::pubsub::hub::subscribe()
    visit(rooms& all, const room_name& room, const std::optional<nickname>& name, std::string_view last_event_id);
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit();

    /// See rill::pubsub::subscription::position().
    rill::pubsub::encoded_event position() const { return events_->position(); }

    /// See rill::pubsub::subscription::next().
    auto next() { return events_->next(); }

private:
    rooms& all_;
    const std::string topic_;
    const bool seen_;
    std::optional<rill::pubsub::subscription> events_;
};

} // namespace chat
