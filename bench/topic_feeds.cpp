#include "topic_feeds.hpp"

#include <rill/rill.hpp>

#include "timestamp.hpp"

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_feeds = 64;
constexpr auto idle_time = 2s;         // longer than a request takes from being asked for to having subscribed
constexpr auto look_every = 100ms;     // for subscribers, while there are some
constexpr auto look_while_idle = 10ms; // while there is none

} // namespace

topic_feed::topic_feed(const feed_settings& settings)
    : settings_(settings), padding_(static_cast<std::size_t>(settings.bytes), '.'),
      handler_(rill::make_handler(rill::sse::endpoint(hub_))),
      publisher_([this](const std::stop_token& stop) { run(stop); })
{}

// False when it is to end.
bool topic_feed::sleep_until(clock::time_point when, const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    stopped_.wait_until(lock, stop, when, [] { return false; });
    return !stop.stop_requested();
}

bool topic_feed::wait_for_subscribers(const std::stop_token& stop)
{
    while (hub_.stats().subscribers == 0) {
        if (!sleep_until(clock::now() + look_while_idle, stop)) {
            return false;
        }
    }
    return true;
}

bool topic_feed::publish(int topic)
{
    const auto now = now_ns();
    rill::sse::event e{.data = std::string_view(now)};
    if (!padding_.empty()) {
        e.comment = padding_;
    }
    return hub_.publish(digits(topic), e).has_value();
}

// Each event has its time, and one that is late is published at once: the rate is kept as long as it can be.
void topic_feed::run(const std::stop_token& stop)
{
    const std::chrono::nanoseconds period = settings_.period;
    auto round = clock::now() - period; // when the first topic was due
    clock::time_point look{};
    for (int topic = 0;; topic = (topic + 1) % settings_.topics) {
        if (topic == 0) {
            round += period;
        }
        const auto offset = period * topic / settings_.topics;
        if (clock::now() >= look) {
            const bool is_idle = hub_.stats().subscribers == 0;
            if (is_idle && !wait_for_subscribers(stop)) {
                return;
            }
            const auto now = clock::now();
            round = is_idle ? now - offset : round;
            look = now + look_every;
        }
        if (!sleep_until(round + offset, stop) || !publish(topic)) {
            return;
        }
    }
}

std::shared_ptr<topic_feed> topic_feeds::find_or_make(const feed_settings& settings)
{
    const std::lock_guard lock(mutex_);
    remove_idle(settings);
    auto found = all_.find(settings);
    if (found == all_.end()) {
        if (all_.size() >= most_feeds) {
            return nullptr;
        }
        found = all_.try_emplace(settings, entry{std::make_shared<topic_feed>(settings), {}}).first;
    }
    found->second.asked_for = std::chrono::steady_clock::now();
    return found->second.feed;
}

std::shared_ptr<topic_feed> topic_feeds::find(const feed_settings& settings)
{
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(settings);
    return found == all_.end() ? nullptr : found->second.feed;
}

void topic_feeds::remove_idle(const feed_settings& but)
{
    if (all_.contains(but)) { // most requests
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(all_, [now](const auto& each) {
        const auto& [settings, one] = each;
        return now - one.asked_for > idle_time && one.feed->stats().subscribers == 0;
    });
}
