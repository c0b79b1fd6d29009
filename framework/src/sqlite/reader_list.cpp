#include "sqlite/reader_list.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace rill::sqlite::detail {

reader_list::delivery::delivery(reader_list& list) : list_(list), lock_(list.calls_)
{
    const std::lock_guard lock(list_.mutex_);
    list_.deliverer_ = std::this_thread::get_id();
}

reader_list::delivery::~delivery()
{
    const std::lock_guard lock(list_.mutex_);
    list_.deliverer_ = {};
    std::erase(list_.live_, nullptr);
}

bool reader_list::is_deliverer() const
{
    const std::lock_guard lock(mutex_);
    return deliverer_ == std::this_thread::get_id();
}

void reader_list::add(reader& r, std::size_t max_past_events)
{
    const std::lock_guard lock(mutex_);
    new_.push_back({&r, max_past_events});
}

void reader_list::wait_until_started(const reader& r, std::chrono::milliseconds timeout)
{
    std::unique_lock lock(mutex_);
    if (deliverer_ != std::this_thread::get_id()) {
        changed_.wait_for(lock, timeout,
                          [&] { return std::ranges::none_of(new_, [&](const start& s) { return s.to == &r; }); });
    }
}

void reader_list::remove(reader& r)
{
    std::unique_lock calls(calls_, std::defer_lock);
    if (!is_deliverer()) {
        calls.lock();
    }
    const std::lock_guard lock(mutex_);
    std::erase_if(new_, [&](const start& s) { return s.to == &r; });
    std::ranges::replace(live_, &r, nullptr);
}

bool reader_list::has_new() const
{
    const std::lock_guard lock(mutex_);
    return !new_.empty();
}

std::optional<reader_list::start> reader_list::first_new() const
{
    const std::lock_guard lock(mutex_);
    return new_.empty() ? std::nullopt : std::optional(new_.front());
}

// The reader may have removed itself while it was started.
void reader_list::started(reader& r)
{
    {
        const std::lock_guard lock(mutex_);
        if (std::erase_if(new_, [&](const start& s) { return s.to == &r; }) != 0) {
            live_.push_back(&r);
        }
    }
    changed_.notify_all();
}

// Only the deliverer changes the size of live_. Therefore an index stays valid while a reader is called.
void reader_list::deliver(pubsub::event_draft event, std::uint64_t id)
{
    const delivery lock(*this);
    const auto text = std::to_string(id);
    for (std::size_t i = 0; i != live_.size(); ++i) {
        if (auto* const r = live_[i]; r != nullptr) {
            r->on_event(i + 1 == live_.size() ? std::move(event) : event.copy(), text, id);
        }
    }
}

void reader_list::gap(std::uint64_t id)
{
    const delivery lock(*this);
    for (std::size_t i = 0; i != live_.size(); ++i) {
        if (auto* const r = live_[i]; r != nullptr) {
            r->on_gap({std::to_string(id), id});
        }
    }
}

} // namespace rill::sqlite::detail
