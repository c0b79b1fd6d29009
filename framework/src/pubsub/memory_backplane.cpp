#include <rill/pubsub/memory_backplane.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace rill::pubsub {

namespace {

std::uint64_t microseconds_since_1970() noexcept
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

bool comes_before(std::string_view a, std::string_view b) noexcept
{
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

} // namespace

memory_backplane::memory_backplane(settings s) : settings_(s)
{
    if (settings_.first_id == 0) {
        settings_.first_id = microseconds_since_1970();
    }
    next_ = settings_.first_id;
}

result<log_id> memory_backplane::next_id(const event_draft& event)
{
    const bool counts = settings_.ids == id_source::counter;
    if (counts != event.own_id().empty() || (!counts && !comes_before(last_, event.own_id()))) {
        return tl::unexpected(make_error_code(error::event_id_refused));
    }
    return counts ? std::to_string(next_) : log_id(event.own_id());
}

// on_event() runs while the mutex is held, so that all readers receive the events in the same order.
result<log_id> memory_backplane::append(event_draft event, appended)
{
    const std::lock_guard lock(mutex_);
    auto id = next_id(event);
    if (!id) {
        return id;
    }
    const auto number = settings_.ids == id_source::counter ? next_++ : 0;
    last_ = *id;
    if (settings_.max_past_events != 0) {
        keep(event, *id, number);
    }
    for (std::size_t i = 0; i + 1 < readers_.size(); ++i) {
        readers_[i]->on_event(event.copy(), *id, number);
    }
    if (!readers_.empty()) {
        readers_.back()->on_event(std::move(event), *id, number);
    }
    return id;
}

void memory_backplane::keep(const event_draft& event, const log_id& id, std::uint64_t number)
{
    past_.push_back({event.copy(), id, number});
    if (past_.size() > settings_.max_past_events) {
        before_past_ = std::move(past_.front().id);
        past_.pop_front();
    }
}

result<std::vector<backplane::past_event>> memory_backplane::page_after(std::string_view id, std::size_t count) const
{
    auto next = past_.begin();
    if (id.empty() || id != before_past_) {
        next = std::lower_bound(past_.begin(), past_.end(), id, [](const past_event& e, std::string_view wanted) {
            return comes_before(e.id, wanted);
        });
        if (next == past_.end() || next->id != id) {
            return tl::unexpected(make_error_code(error::unknown_event_id));
        }
        ++next;
    }
    std::vector<past_event> page;
    for (; next != past_.end() && page.size() < count; ++next) {
        page.push_back({next->event.copy(), next->id, next->number});
    }
    return page;
}

void memory_backplane::read_after(std::string_view id, std::size_t count, past_read done)
{
    std::unique_lock lock(mutex_);
    auto page = page_after(id, count);
    lock.unlock();
    done(std::move(page));
}

void memory_backplane::tail(reader& r)
{
    const std::lock_guard lock(mutex_);
    r.on_begin(last_);
    readers_.push_back(&r);
}

void memory_backplane::stop(reader& r)
{
    const std::lock_guard lock(mutex_);
    std::erase(readers_, &r);
}

} // namespace rill::pubsub
