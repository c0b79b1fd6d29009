#include "testing/backplane_contract/recorder.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace rill::testing::contract {

using type = observed_event::type;

/// Detects two calls at the same time. Some calls yield, so that another thread of the log has an
/// opportunity to call.
class recorder::exclusive_call
{
public:
    explicit exclusive_call(recorder& r) : recorder_(r)
    {
        if (recorder_.inside_.exchange(true)) {
            const std::lock_guard lock(recorder_.mutex_);
            recorder_.violate("expected one call of the reader at a time, came two calls at the same time");
        }
        constexpr std::size_t calls_per_yield = 32; // a yield takes long on a machine with other load
        if (++recorder_.calls_ % calls_per_yield == 0) {
            std::this_thread::yield();
        }
    }
    exclusive_call(const exclusive_call&) = delete;
    exclusive_call& operator=(const exclusive_call&) = delete;
    ~exclusive_call() { recorder_.inside_ = false; }

private:
    recorder& recorder_;
};

recorder::entries events_after(const recorder::entries& all, std::size_t index)
{
    return {all.begin() + static_cast<std::ptrdiff_t>(index) + 1, all.end()};
}

std::string describe(const observed_event& entry)
{
    switch (entry.kind) {
    case type::begin:
        return "on_begin() with id " + quoted(entry.id);
    case type::gap:
        return "on_gap() with id " + quoted(entry.id);
    case type::event:
        break;
    }
    return "the event " + quoted(entry.data) + " with id " + quoted(entry.id);
}

void recorder::on_begin(const pubsub::log_position& at)
{
    const exclusive_call call(*this);
    record(observed_event::of(type::begin, at));
}

void recorder::on_event(pubsub::event_draft event, std::string_view id, std::uint64_t number)
{
    const exclusive_call call(*this);
    record(observed_event::of(event, id, number));
}

void recorder::on_gap(const pubsub::log_position& at)
{
    const exclusive_call call(*this);
    record(observed_event::of(type::gap, at));
}

void recorder::record(observed_event call)
{
    const std::lock_guard lock(mutex_);
    check(call);
    entries_.push_back(std::move(call));
    changed_.notify_all();
}

void recorder::check(const observed_event& call)
{
    if (stopped_) {
        violate("expected no call after stop() has returned, came " + describe(call));
    }
    if (entries_.empty() != (call.kind == type::begin)) {
        violate("expected on_begin() once and before all other calls, came " + describe(call) + " as call " +
                std::to_string(entries_.size() + 1));
    }
    if (numbers_) {
        check_number(call);
    }
    if (call.kind != type::event) {
        return;
    }
    if (call.id.empty()) {
        violate("expected an id for each event, came " + describe(call));
    }
    if (!ids_.insert(call.id).second) {
        violate("expected a different id for each event, came the same id twice: " + describe(call));
    }
    if (!data_.insert(call.data).second && !call.data.empty()) {
        violate("expected each event at most once, came twice: " + describe(call));
    }
}

void recorder::check_number(const observed_event& call)
{
    const auto number = std::to_string(call.number);
    if (call.kind == type::event && call.id != number) {
        violate("expected the number of the event as its id, came the number " + number + " with the id " +
                quoted(call.id));
    }
    if (call.kind != type::event && !call.id.empty() && call.id != number) {
        violate("expected a position whose id is its number, came the number " + number + " in " + describe(call));
    }
    if (call.kind != type::begin && call.number <= newest_) {
        violate("expected a number after " + std::to_string(newest_) + ", came " + describe(call));
    }
    newest_ = std::max(newest_, call.number);
}

void recorder::violate(std::string rule)
{
    if (violation_.empty()) {
        violation_ = std::move(rule);
    }
}

void recorder::mark_stopped()
{
    const std::lock_guard lock(mutex_);
    stopped_ = true;
}

bool recorder::is_stopped() const
{
    const std::lock_guard lock(mutex_);
    return stopped_;
}

bool recorder::wait(const std::function<bool(const entries&)>& ready, std::chrono::milliseconds patience) const
{
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return ready(entries_); });
}

bool recorder::wait_for_data(std::string_view data, std::chrono::milliseconds patience) const
{
    return wait([&](const entries&) { return data_.contains(std::string(data)); }, // the mutex is held
                patience);
}

bool recorder::has_id(const std::string& id) const
{
    const std::lock_guard lock(mutex_);
    return ids_.contains(id);
}

recorder::entries recorder::all() const
{
    const std::lock_guard lock(mutex_);
    return entries_;
}

recorder::entries recorder::events() const
{
    auto found = all();
    std::erase_if(found, [](const observed_event& e) { return e.kind != type::event; });
    return found;
}

std::size_t recorder::gaps() const
{
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(entries_, type::gap, &observed_event::kind));
}

observed_event recorder::begin() const
{
    const std::lock_guard lock(mutex_);
    return entries_.empty() ? observed_event() : entries_.front();
}

std::string recorder::violation() const
{
    const std::lock_guard lock(mutex_);
    return violation_;
}

} // namespace rill::testing::contract
