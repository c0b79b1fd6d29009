#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <rill/pubsub.hpp>
#include <string>
#include <thread>

/// What is published in a feed.
struct feed_settings
{
    int topics = 1;                              ///< named 0, 1, ...
    std::chrono::microseconds period{1'000'000}; ///< between two events of one topic
    int bytes = 0;                               ///< of a comment before the data

    auto operator<=>(const feed_settings&) const = default;
};

/// A hub whose topics are published in turn by a thread of its own, evenly spread over the period. All have one
/// sequence of ids: those of one topic rise by the number of topics.
///
/// Publishes only while somebody has subscribed.
class topic_feed
{
public:
    explicit topic_feed(const feed_settings& settings);

    rill::awaitable<rill::response> join(rill::request& r) const { return handler_(r); }
    rill::pubsub::channel_stats stats() const { return hub_.stats(); }

private:
    using clock = std::chrono::steady_clock;

    bool sleep_until(clock::time_point when, const std::stop_token& stop);
    bool wait_for_subscribers(const std::stop_token& stop);
    bool publish(int topic);
    void run(const std::stop_token& stop);

    const feed_settings settings_;
    const std::string padding_;
    rill::pubsub::hub hub_;
    rill::handler handler_;
    std::mutex mutex_;
    std::condition_variable_any stopped_;
    std::jthread publisher_;
};

/// One for each way of publishing that is asked for; those that nobody has had for a while are removed. Thread-safe.
class topic_feeds
{
public:
    /// nullptr: there are too many.
    std::shared_ptr<topic_feed> find_or_make(const feed_settings& settings);
    /// nullptr: there is none.
    std::shared_ptr<topic_feed> find(const feed_settings& settings);

private:
    struct entry
    {
        std::shared_ptr<topic_feed> feed;
        std::chrono::steady_clock::time_point asked_for;
    };
    void remove_idle(const feed_settings& but);

    std::mutex mutex_;
    std::map<feed_settings, entry> all_;
};
