#pragma once

#include <memory>
#include <optional>
#include <rill/pubsub.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "chat/message.hpp"

namespace chat {

struct room_entry
{
    std::string room;
    std::size_t people = 0;
};
BOOST_DESCRIBE_STRUCT(room_entry, (), (room, people))

/// All rooms. Each room is a topic "rooms/NAME" of one hub. Its events are the messages. Several processes that share a
/// log show the same rooms.
///
/// The people in a room are not events of the log, because they are a state of the present. Each process sends them to
/// its own streams when they change, through a second hub in its memory. A new stream gets them as a snapshot.
/// Thread-safe.
class rooms
{
public:
    /// @param plane  the log of the messages. By default it is in the memory of this process
    explicit rooms(std::shared_ptr<rill::pubsub::backplane> plane = nullptr);
    rooms(const rooms&) = delete;
    rooms& operator=(const rooms&) = delete;

    /// Publishes a message. A message with a known key is not published again. Completes when the log has the message.
    /// @return the id of the event of the message
    rill::awaitable<rill::result<rill::pubsub::log_id>> post(const room_name& room, const posted& what);

    /// Returns the existing rooms, sorted by name, with the number of people in each room.
    std::vector<room_entry> list() const;

    /// Exchanges the names of the people with other processes, and sends them to the streams. It is a coroutine for
    /// rill::server_options::background. The object must outlive it.
    rill::awaitable<> run() { return here_.run(); }

    const rill::pubsub::hub& hub() const noexcept { return hub_; }

private:
    friend class visit;

    rill::awaitable<rill::result<rill::pubsub::snapshot>> present_names(rill::pubsub::snapshot_request wanted);

    rill::pubsub::hub hub_;
    rill::pubsub::hub people_; ///< of the streams of this process; the data of an event is the list of names
    rill::pubsub::presence here_;
};

/// A person in a room, for the lifetime of the object.
class visit
{
public:
    /// @param name  if empty, the person reads the messages but is not listed
    /// @param last_event_id  ID of the last event that the client received: see rill::pubsub::hub::subscribe()
    visit(rooms& all, const room_name& room, const std::optional<nickname>& name, std::string_view last_event_id);
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

    /// Sends the messages of the room until the subscription ends.
    rill::awaitable<> send_messages(rill::sse::event_stream& stream);
    /// Sends the names of the people in the room, now and after each change.
    rill::awaitable<> send_people(rill::sse::event_stream& stream);

private:
    rooms& all_;
    const std::string topic_;
    rill::pubsub::subscription messages_;
    rill::pubsub::presence::entry entry_;
    rill::pubsub::subscription changes_;
};

} // namespace chat
