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

/// The settings of a feed.
struct feed_settings
{
    int topics = 1;                              ///< number of topics; their names are 0, 1, ...
    std::chrono::microseconds period{1'000'000}; ///< time between two events of a topic
    int bytes = 0;                               ///< size of the comment before the data

    auto operator<=>(const feed_settings&) const = default;
};

/// A hub with a thread that publishes to its topics in turn. The events are evenly distributed over the period. All
/// topics share one sequence of ids. Therefore the ids of one topic increase by the number of topics.
///
/// The thread publishes only while there are subscribers.
class topic_feed
{
public:
    /// @param log  the log of the hub; nullptr: a log in memory
    topic_feed(const feed_settings& settings, std::shared_ptr<rill::pubsub::backplane> log);

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

/// The feeds for all requested combinations of settings. Feeds without subscribers are removed after some time.
/// Thread-safe.
class topic_feeds
{
public:
    /// @param log  the log of all feeds. One feed at a time may use it. nullptr: each feed has a log in memory
    explicit topic_feeds(std::shared_ptr<rill::pubsub::backplane> log = nullptr) : log_(std::move(log)) {}

    /// Returns null if there are too many feeds.
    std::shared_ptr<topic_feed> find_or_make(const feed_settings& settings);
    /// Returns null if there is no such feed.
    std::shared_ptr<topic_feed> find(const feed_settings& settings);

private:
    struct entry
    {
        std::shared_ptr<topic_feed> feed;
        std::chrono::steady_clock::time_point last_request;
    };
    void remove_idle(const feed_settings& requested);

    std::shared_ptr<rill::pubsub::backplane> log_;
    std::mutex mutex_;
    std::map<feed_settings, entry> all_;
};
