#pragma once

#include "support/read_after.hpp"
#include "support/temporary_directory.hpp"
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <rill/sqlite.hpp>
#include <string>
#include <vector>

using rill_test::read_after;
using rill_test::temporary_directory;

/// Collects what a log delivers. "gap" stands for a gap.
class collecting_reader final : public rill::pubsub::backplane::reader
{
public:
    void on_begin(const rill::pubsub::log_position& at) override
    {
        const std::lock_guard lock(mutex_);
        begin_ = at.number;
        begun_ += 1;
    }
    void on_event(rill::pubsub::event_draft event, std::string_view id, std::uint64_t number) override
    {
        const std::lock_guard lock(mutex_);
        consistent_ = consistent_ && std::to_string(number) == id;
        data_.emplace_back(event.data());
        numbers_.push_back(number);
        changed_.notify_all();
    }
    void on_gap(const rill::pubsub::log_position& at) override
    {
        const std::lock_guard lock(mutex_);
        data_.emplace_back("gap");
        numbers_.push_back(at.number);
        changed_.notify_all();
    }

    /// Waits until the reader has got that many events and gaps.
    bool wait_for(std::size_t count)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return data_.size() >= count; });
    }
    std::vector<std::string> data() const
    {
        const std::lock_guard lock(mutex_);
        return data_;
    }
    std::vector<std::uint64_t> numbers() const
    {
        const std::lock_guard lock(mutex_);
        return numbers_;
    }
    std::uint64_t begin() const
    {
        const std::lock_guard lock(mutex_);
        return begin_;
    }
    /// Whether on_begin() was called exactly once, and every id was the text of its number.
    bool is_consistent() const
    {
        const std::lock_guard lock(mutex_);
        return consistent_ && begun_ == 1;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> data_;
    std::vector<std::uint64_t> numbers_;
    std::uint64_t begin_ = 0;
    int begun_ = 0;
    bool consistent_ = true;
};

/// Calls stop() at the end of the scope.
class tailing
{
public:
    tailing(rill::pubsub::backplane& log, rill::pubsub::backplane::reader& r, std::size_t max_past_events = 0)
        : log_(log), reader_(r)
    {
        log.tail(r, {.max_past_events = max_past_events});
    }
    tailing(const tailing&) = delete;
    tailing& operator=(const tailing&) = delete;
    ~tailing() { log_.stop(reader_); }

private:
    rill::pubsub::backplane& log_;
    rill::pubsub::backplane::reader& reader_;
};

inline rill::pubsub::event_draft make_draft(std::string_view data, std::string_view topic = {})
{
    auto draft = rill::pubsub::event_draft::make({.data = data}, topic);
    BOOST_REQUIRE(draft.has_value());
    return std::move(*draft);
}

/// Appends an event and waits for the outcome.
inline rill::result<std::uint64_t> append(rill::pubsub::backplane& log, std::string_view data,
                                          std::string_view topic = {}, std::string_view key = {})
{
    auto outcome = std::make_shared<std::promise<rill::result<rill::pubsub::log_id>>>();
    const auto now =
        log.append(make_draft(data, topic), {.idempotency_key = key},
                   [outcome](rill::result<rill::pubsub::log_id> id) { outcome->set_value(std::move(id)); });
    if (!now) {
        return tl::unexpected(now.error());
    }
    const auto id = outcome->get_future().get();
    return id ? rill::result<std::uint64_t>(std::stoull(*id)) : tl::unexpected(id.error());
}

inline std::vector<std::string> data_of(const rill::pubsub::backplane::page& page)
{
    std::vector<std::string> data;
    for (const auto& e : page.events) {
        data.emplace_back(e.event.data());
    }
    return data;
}

inline std::shared_ptr<const std::vector<rill::pubsub::topic_pattern>> topics(std::initializer_list<const char*> names)
{
    auto parsed = std::make_shared<std::vector<rill::pubsub::topic_pattern>>();
    for (const auto* name : names) {
        parsed->push_back(rill::pubsub::topic_pattern::parse(name).value());
    }
    return parsed;
}
