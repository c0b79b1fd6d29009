#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
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

/// A hub whose publisher, a thread or a coroutine of a worker, publishes to its topics in turn. The events are evenly
/// distributed over the period. All topics share one sequence of ids. Therefore the ids of one topic increase by the
/// number of topics.
///
/// The publisher publishes only while there are subscribers.
class topic_feed
{
public:
    /// @param log  the log of the hub; nullptr: a log in memory
    topic_feed(const feed_settings& settings, std::shared_ptr<rill::pubsub::backplane> log);

    /// Starts a thread that publishes.
    void publish_from_thread();
    /// Starts a coroutine that publishes. It ends after the feed has been destroyed.
    static void publish_from(const rill::executor& worker, const std::shared_ptr<topic_feed>& feed);

    rill::awaitable<rill::response> join(rill::request& r) const { return handler_(r); }
    rill::pubsub::channel_stats stats() const { return hub_.stats(); }

private:
    using clock = std::chrono::steady_clock;

    static rill::awaitable<> run(std::weak_ptr<topic_feed> feed);
    std::chrono::nanoseconds offset_of(std::int64_t event) const;
    clock::time_point publish_due();
    bool publish(int topic);

    const feed_settings settings_;
    const std::string padding_;
    rill::pubsub::hub hub_;
    rill::handler handler_;

    // Only the publisher uses these members.
    clock::time_point start_;      ///< the time at which the first event was due
    std::int64_t published_ = 0;   ///< number of events
    bool is_idle_ = true;          ///< there were no subscribers
    clock::time_point next_check_; ///< time of the next check for subscribers

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
    /// @param in_worker  a coroutine publishes, and not a thread
    topic_feeds(std::shared_ptr<rill::pubsub::backplane> log, bool in_worker)
        : log_(std::move(log)), in_worker_(in_worker)
    {}

    /// Returns null if there are too many feeds.
    /// @param worker  the worker for the coroutine of a new feed
    std::shared_ptr<topic_feed> find_or_make(const feed_settings& settings, const rill::executor& worker);
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
    const bool in_worker_;
    std::mutex mutex_;
    std::map<feed_settings, entry> all_;
};
