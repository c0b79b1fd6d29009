#include "chat/rooms.hpp"

#include <chrono>
#include <map>
#include <rill/http/json.hpp>

namespace chat {

namespace {

using namespace std::chrono_literals;
using rill::pubsub::memory_backplane;

constexpr std::string_view prefix = "rooms/";
constexpr std::size_t max_rooms = 1'000;

std::string topic_of(const room_name& room)
{
    return std::string(prefix) + room.text;
}

std::int64_t now()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::shared_ptr<rill::pubsub::backplane> default_plane()
{
    return std::make_shared<memory_backplane>(memory_backplane::settings{.max_idempotency_keys = 10'000});
}

rill::pubsub::hub_options message_options()
{
    return {
        .channel = {.replay = {.max_events = 500, .max_bytes = 1024 * 1024}, .history = 50},
        .max_topics = max_rooms + 1, // one more for the topic of the presence
        .idle = 24h,
    };
}

// A stream first gets the present names, which include its own name. Therefore it does not get an earlier result.
rill::pubsub::hub_options people_options(rill::pubsub::snapshot_function names)
{
    return {.channel = {.replay = {.max_events = 1},
                        .snapshot = std::move(names),
                        .snapshot_use = {.max_age = 0ms},
                        .slow = rill::pubsub::slow_policy::latest_per_key},
            .max_topics = max_rooms};
}

} // namespace

rooms::rooms(std::shared_ptr<rill::pubsub::backplane> plane)
    : hub_(message_options(), plane ? std::move(plane) : default_plane()),
      people_(people_options([this](rill::pubsub::snapshot_request r) { return present_names(std::move(r)); })),
      here_(hub_, {.on_change = [this](std::string_view topic) {
                // publish() fails only if there are too many rooms. Such a room has no streams.
                (void)people_.publish(topic, rill::to_json(here_.names(topic)), "people");
            }})
{}

rill::awaitable<rill::result<rill::pubsub::log_id>> rooms::post(const room_name& room, const posted& what)
{
    const auto topic = topic_of(room);
    const auto data = rill::to_json(message{what, now()});
    const auto key = what.key.text.empty() ? std::string() : topic + ' ' + what.key.text;
    return hub_.publish_acknowledged(topic, {.data = data}, {.idempotency_key = key});
}

rill::awaitable<rill::result<rill::pubsub::snapshot>> rooms::present_names(rill::pubsub::snapshot_request wanted)
{
    rill::pubsub::snapshot names;
    for (const auto& topic : wanted.topics) {
        names.add(rill::to_json(here_.names(topic.text())));
    }
    co_return names;
}

std::vector<room_entry> rooms::list() const
{
    std::map<std::string, std::size_t> people;
    for (const auto& topics : {hub_.topics(), here_.topics()}) {
        for (const auto& topic : topics) {
            if (topic.starts_with(prefix)) {
                people[topic.substr(prefix.size())] = here_.names(topic).size();
            }
        }
    }
    std::vector<room_entry> result;
    for (const auto& [room, count] : people) {
        result.push_back({room, count});
    }
    return result;
}

visit::visit(rooms& all, const room_name& room, const std::optional<nickname>& name, std::string_view last_event_id)
    : all_(all), topic_(topic_of(room)), messages_(all.hub_.subscribe(topic_, last_event_id)),
      entry_(name ? all.here_.enter(topic_, name->text) : rill::pubsub::presence::entry()),
      changes_(all.people_.join(topic_))
{}

rill::awaitable<> visit::send_messages(rill::sse::event_stream& stream)
{
    co_await stream.send(messages_.position());
    while (auto e = co_await messages_.next()) {
        co_await stream.send(e);
    }
}

// These events have no id. The last event id of the client remains that of the last message.
rill::awaitable<> visit::send_people(rill::sse::event_stream& stream)
{
    while (auto e = co_await changes_.next()) {
        if (e.kind() == rill::pubsub::event_kind::message) {
            co_await stream.send({.data = e.data(), .name = "who"});
        }
    }
}

} // namespace chat
