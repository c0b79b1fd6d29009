#pragma once

#include "support/read_after.hpp"
#include "support/redis_server.hpp"
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <rill/redis.hpp>
#include <string>
#include <vector>

namespace rill_test {

inline constexpr std::chrono::seconds redis_patience{30};

/// Collects what a log passes to a reader. Each item is "begin", "gap" or the data of an event.
class collecting_reader final : public rill::pubsub::backplane::reader
{
public:
    struct item
    {
        std::string text;
        std::uint64_t number;
    };

    void on_begin(const rill::pubsub::log_position& at) override { add({"begin", at.number}); }
    void on_event(rill::pubsub::event_draft event, std::string_view id, std::uint64_t number) override
    {
        // The thread of the log calls this function, and the checks of Boost.Test are not thread-safe.
        const bool is_right = id == std::to_string(number);
        add({is_right ? std::string(event.data()) : "wrong id", number});
    }
    void on_gap(const rill::pubsub::log_position& at) override { add({"gap", at.number}); }

    /// Waits until the reader has got this number of items. Returns all of them.
    std::vector<item> wait_for(std::size_t count)
    {
        std::unique_lock lock(mutex_);
        const bool came = changed_.wait_for(lock, redis_patience, [&] { return items_.size() >= count; });
        BOOST_REQUIRE_MESSAGE(came, "the reader got " << items_.size() << " of " << count << " items");
        return items_;
    }
    /// Waits until the last item has this text. Returns all items.
    std::vector<item> wait_for_last(std::string_view text)
    {
        std::unique_lock lock(mutex_);
        const bool came =
            changed_.wait_for(lock, redis_patience, [&] { return !items_.empty() && items_.back().text == text; });
        BOOST_REQUIRE_MESSAGE(came, "the reader did not get " << text);
        return items_;
    }
    std::vector<std::string> texts()
    {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> all;
        for (const auto& one : items_) {
            all.push_back(one.text);
        }
        return all;
    }

private:
    void add(item one)
    {
        const std::lock_guard lock(mutex_);
        items_.push_back(std::move(one));
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<item> items_;
};

/// The messages of a log.
class message_list
{
public:
    std::function<void(rill::log_level, std::string_view)> sink()
    {
        return [this](rill::log_level, std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
        };
    }
    bool contain(std::string_view text) const { return count(text) != 0; }
    std::size_t count(std::string_view text) const
    {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(
            std::ranges::count_if(lines_, [&](const std::string& line) { return line.find(text) != line.npos; }));
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

inline rill::redis::backplane_options options_for(const redis_server& server)
{
    rill::redis::backplane_options options;
    options.server.port = server.port();
    options.initial_backoff = std::chrono::milliseconds(10);
    options.max_backoff = std::chrono::milliseconds(100);
    options.append_grace = redis_patience;
    options.request_timeout = redis_patience;
    options.check_interval = std::chrono::milliseconds(100);
    return options;
}

inline rill::pubsub::event_draft draft(const rill::sse::event& e, std::string_view topic = {})
{
    auto made = rill::pubsub::event_draft::make(e, topic);
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
}

using append_result = rill::result<rill::pubsub::log_id>;

inline std::future<append_result> append_later(rill::redis::backplane& log, std::string_view data,
                                               std::string_view idempotency_key = {}, std::string_view topic = {})
{
    auto promise = std::make_shared<std::promise<append_result>>();
    auto future = promise->get_future();
    const auto id = log.append(draft({.data = data}, topic), {.idempotency_key = idempotency_key},
                               [promise](append_result result) { promise->set_value(std::move(result)); });
    if (!id) {
        promise->set_value(id);
    }
    return future;
}

inline append_result get(std::future<append_result> future)
{
    BOOST_REQUIRE(future.wait_for(redis_patience * 2) == std::future_status::ready);
    return future.get();
}

inline append_result append(rill::redis::backplane& log, std::string_view data, std::string_view idempotency_key = {},
                            std::string_view topic = {})
{
    return get(append_later(log, data, idempotency_key, topic));
}

} // namespace rill_test
