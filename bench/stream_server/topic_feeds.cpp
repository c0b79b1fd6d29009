#include "topic_feeds.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "timestamp.hpp"

using namespace std::chrono_literals;

namespace {

constexpr std::size_t max_feeds = 64;
constexpr auto idle_time = 2s;             // longer than the time from a request to its subscription
constexpr auto check_interval = 1s;        // time between two checks for subscribers, which visit all topics
constexpr auto retry_interval = 1s;        // time after an event that the log has refused
constexpr auto idle_check_interval = 10ms; // time between two checks while there are no subscribers

} // namespace

topic_feed::topic_feed(const feed_settings& settings, std::shared_ptr<rill::pubsub::backplane> log)
    : settings_(settings), padding_(static_cast<std::size_t>(settings.bytes), '.'), hub_({}, std::move(log)),
      handler_(rill::make_handler(rill::sse::endpoint(hub_)))
{}

void topic_feed::publish_from_thread()
{
    publisher_ = std::jthread([this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const auto next = publish_due();
            std::unique_lock lock(mutex_);
            stopped_.wait_until(lock, stop, next, [] { return false; });
        }
    });
}

void topic_feed::publish_from(const rill::executor& worker, const std::shared_ptr<topic_feed>& feed)
{
    static_cast<void>(rill::spawn(worker, run(feed))); // false if the worker has ended
}

rill::awaitable<> topic_feed::run(std::weak_ptr<topic_feed> feed)
{
    for (auto self = feed.lock(); self; self = feed.lock()) {
        const auto wait = self->publish_due() - clock::now();
        self.reset();
        if (wait.count() > 0) {
            co_await rill::sleep_for(wait);
        } else {
            co_await boost::asio::post(boost::asio::deferred);
        }
    }
}

std::chrono::nanoseconds topic_feed::offset_of(std::int64_t event) const
{
    const std::chrono::nanoseconds period = settings_.period;
    return period * (event / settings_.topics) + period * (event % settings_.topics) / settings_.topics;
}

// Each event has a due time. A late event is published at once, so that the rate stays correct as long as possible.
// Returns the time of the next call.
topic_feed::clock::time_point topic_feed::publish_due()
{
    const auto now = clock::now();
    if (now >= next_check_) {
        if (hub_.stats().subscribers == 0) {
            is_idle_ = true;
            return now + idle_check_interval;
        }
        if (std::exchange(is_idle_, false)) {
            start_ = now - offset_of(published_);
        }
        next_check_ = now + check_interval;
    }
    for (; start_ + offset_of(published_) <= now; ++published_) {
        if (!publish(static_cast<int>(published_ % settings_.topics))) {
            return now + retry_interval;
        }
    }
    return start_ + offset_of(published_);
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

std::shared_ptr<topic_feed> topic_feeds::find_or_make(const feed_settings& settings, const rill::executor& worker)
{
    const std::lock_guard lock(mutex_);
    remove_idle(settings);
    auto found = all_.find(settings);
    if (found == all_.end()) {
        if (all_.size() >= max_feeds) {
            return nullptr;
        }
        found = all_.try_emplace(settings, entry{std::make_shared<topic_feed>(settings, log_), {}}).first;
        if (const auto& feed = found->second.feed; in_worker_) {
            topic_feed::publish_from(worker, feed);
        } else {
            feed->publish_from_thread();
        }
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
