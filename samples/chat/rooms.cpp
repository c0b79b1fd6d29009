#include "chat/rooms.hpp"

#include <chrono>
#include <rill/http/json.hpp>

namespace chat {

namespace {

constexpr std::string_view prefix = "rooms/";
constexpr std::size_t remembered_keys = 10'000;

std::string topic_of(const room_name& room)
{
    return std::string(prefix) + room.text;
}

std::int64_t now()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

rill::result<rill::pubsub::log_id> rooms::post(const room_name& room, const posted& what)
{
    const auto topic = topic_of(room);
    const auto mark = topic + ' ' + what.key.text;
    const message said{what, now()};
    const std::lock_guard lock(mutex_);
    if (const auto found = posted_.find(mark); found != posted_.end() && !what.key.text.empty()) {
        return found->second;
    }
    auto id = hub_.publish(topic, rill::to_json(said));
    if (id && !what.key.text.empty()) {
        posted_.emplace(mark, *id);
        posted_order_.push_back(mark);
        if (posted_order_.size() > remembered_keys) {
            posted_.erase(posted_order_.front());
            posted_order_.pop_front();
        }
    }
    return id;
}

std::vector<room_entry> rooms::list() const
{
    std::vector<room_entry> result;
    for (const auto& topic : hub_.topics()) {
        if (topic.starts_with(prefix)) {
            result.push_back({topic.substr(prefix.size()), hub_.names(topic).size()});
        }
    }
    return result;
}

void rooms::announce(const std::string& topic)
{
    const std::lock_guard lock(mutex_);
    const auto data = rill::to_json(hub_.names(topic));
    // publish() fails only if the room could not be created. Such a room has no subscribers.
    (void)hub_.publish(topic, {.data = data, .name = "who"}, "who");
}

visit::visit(rooms& all, const room_name& room, const std::optional<nickname>& name, std::string_view last_event_id)
    : all_(all), topic_(topic_of(room)), seen_(name.has_value()),
      events_(all.hub_.subscribe(topic_, last_event_id, name ? name->text : std::string()))
{
    if (seen_) {
        all_.announce(topic_);
    }
}

visit::~visit()
{
    events_.reset(); // reset first, because otherwise the list would still contain the name
    if (seen_) {
        all_.announce(topic_);
    }
}

} // namespace chat
