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
result<log_id> memory_backplane::append(event_draft event, const append_options&, appended)
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

result<backplane::page> memory_backplane::page_after(const read_request& request) const
{
    auto next = past_.begin();
    if (request.after.empty() || request.after != before_past_) {
        next =
            std::lower_bound(past_.begin(), past_.end(), std::string_view(request.after),
                             [](const past_event& e, std::string_view wanted) { return comes_before(e.id, wanted); });
        if (next == past_.end() || next->id != request.after) {
            return tl::unexpected(make_error_code(error::unknown_event_id));
        }
        ++next;
    }
    page read{.events = {}, .end = {.id = request.after}};
    for (std::size_t bytes = 0; next != past_.end() && read.events.size() < request.max_events; ++next) {
        bytes += next->event.footprint();
        if (bytes > request.max_bytes && !read.events.empty()) {
            break;
        }
        read.end = {next->id, next->number};
        read.events.push_back({next->event.copy(), next->id, next->number});
    }
    read.at_end = next == past_.end();
    return read;
}

void memory_backplane::read_after(read_request request, past_read done)
{
    std::unique_lock lock(mutex_);
    auto read = page_after(request);
    lock.unlock();
    done(std::move(read));
}

void memory_backplane::tail(reader& r, const tail_options&)
{
    const std::lock_guard lock(mutex_);
    r.on_begin({last_, settings_.ids == id_source::counter ? next_ - 1 : 0});
    readers_.push_back(&r);
}

void memory_backplane::stop(reader& r)
{
    const std::lock_guard lock(mutex_);
    std::erase(readers_, &r);
}

} // namespace rill::pubsub
