#include "topic_feeds.hpp"

#include <rill/rill.hpp>
#include <utility>

#include "timestamp.hpp"

using namespace std::chrono_literals;

namespace {

constexpr std::size_t max_feeds = 64;
constexpr auto idle_time = 2s;             // longer than the time from a request to its subscription
constexpr auto check_interval = 1s;        // time between two checks for subscribers, which visit all topics
constexpr auto idle_check_interval = 10ms; // time between two checks while there are no subscribers

} // namespace

topic_feed::topic_feed(const feed_settings& settings, std::shared_ptr<rill::pubsub::backplane> log)
    : settings_(settings), padding_(static_cast<std::size_t>(settings.bytes), '.'), hub_({}, std::move(log)),
      handler_(rill::make_handler(rill::sse::endpoint(hub_))),
      publisher_([this](const std::stop_token& stop) { run(stop); })
{}

// Returns false if the thread must end.
bool topic_feed::sleep_until(clock::time_point when, const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    stopped_.wait_until(lock, stop, when, [] { return false; });
    return !stop.stop_requested();
}

bool topic_feed::wait_for_subscribers(const std::stop_token& stop)
{
    while (hub_.stats().subscribers == 0) {
        if (!sleep_until(clock::now() + idle_check_interval, stop)) {
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

// Each event has a due time. A late event is published at once, so that the rate stays correct as long as possible.
void topic_feed::run(const std::stop_token& stop)
{
    const std::chrono::nanoseconds period = settings_.period;
    auto round = clock::now() - period; // the time at which the first topic was due
    clock::time_point next_check{};
    for (int topic = 0;; topic = (topic + 1) % settings_.topics) {
        if (topic == 0) {
            round += period;
        }
        const auto offset = period * topic / settings_.topics;
        if (clock::now() >= next_check) {
            const bool is_idle = hub_.stats().subscribers == 0;
            if (is_idle && !wait_for_subscribers(stop)) {
                return;
            }
            const auto now = clock::now();
            round = is_idle ? now - offset : round;
            next_check = now + check_interval;
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
        if (all_.size() >= max_feeds) {
            return nullptr;
        }
        found = all_.try_emplace(settings, entry{std::make_shared<topic_feed>(settings, log_), {}}).first;
    }
    found->second.last_request = std::chrono::steady_clock::now();
    return found->second.feed;
}

std::shared_ptr<topic_feed> topic_feeds::find(const feed_settings& settings)
{
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(settings);
    return found == all_.end() ? nullptr : found->second.feed;
}

void topic_feeds::remove_idle(const feed_settings& requested)
{
    if (all_.contains(requested)) { // most requests end here
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(all_, [now](const auto& each) {
        const auto& [settings, one] = each;
        return now - one.last_request > idle_time && one.feed->stats().subscribers == 0;
    });
}
