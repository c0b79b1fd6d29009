#include <rill/pubsub/memory_backplane.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>

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

constexpr std::size_t max_looks = 4096; // limits the time for which a read holds the mutex

bool selects(const std::vector<topic_pattern>* topics, std::string_view name) noexcept
{
    return topics == nullptr || std::ranges::any_of(*topics, [name](const auto& t) { return t.matches(name); });
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
    if (counts() != event.own_id().empty() || (!counts() && !comes_before(last_, event.own_id()))) {
        ++append_failures_;
        return tl::unexpected(make_error_code(error::event_id_refused));
    }
    return counts() ? std::to_string(next_) : log_id(event.own_id());
}

// on_event() runs while the mutex is held, so that all readers receive the events in the same order.
result<log_id> memory_backplane::append(event_draft event, const append_options& options, appended)
{
    const std::lock_guard lock(mutex_);
    const bool has_key = !options.idempotency_key.empty() && settings_.max_idempotency_keys != 0;
    if (has_key) {
        if (const auto known = ids_by_key_.find(options.idempotency_key); known != ids_by_key_.end()) {
            return known->second->id;
        }
    }
    auto id = next_id(event);
    if (!id) {
        return id;
    }
    const auto number = counts() ? next_++ : 0;
    ++appended_;
    last_ = *id;
    if (has_key) {
        remember_key(options.idempotency_key, *id);
    }
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

void memory_backplane::remember_key(std::string_view key, const log_id& id)
{
    if (keys_.size() == settings_.max_idempotency_keys) {
        ids_by_key_.erase(keys_.front().key);
        keys_.pop_front();
    }
    const auto& added = keys_.emplace_back(known_key{std::string(key), id});
    ids_by_key_.emplace(added.key, &added);
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
    // The end of a page may be an event that was not selected only if ids are numbers.
    const auto* topics = counts() ? request.topics.get() : nullptr;
    page read{.events = {}, .end = {.id = request.after}};
    std::size_t bytes = 0;
    for (std::size_t looks = 0; next != past_.end() && looks != max_looks; ++next, ++looks) {
        if (selects(topics, next->event.topic())) {
            bytes += next->event.footprint();
            if (read.events.size() == request.max_events || (bytes > request.max_bytes && !read.events.empty())) {
                return read;
            }
            read.events.push_back({next->event.copy(), next->id, next->number});
        }
        read.end = {next->id, next->number};
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

void memory_backplane::tail(reader& r, const tail_options& options)
{
    const std::lock_guard lock(mutex_);
    const auto count = std::min(options.max_past_events, past_.size());
    auto next = past_.end() - static_cast<std::ptrdiff_t>(count);
    const auto number = !counts() ? 0 : count == 0 ? next_ - 1 : next->number - 1;
    if (count == 0) {
        r.on_begin({last_, number});
    } else {
        r.on_begin({next == past_.begin() ? before_past_ : std::prev(next)->id, number});
    }
    for (; next != past_.end(); ++next) {
        r.on_event(next->event.copy(), next->id, next->number);
    }
    readers_.push_back(&r);
}

void memory_backplane::stop(reader& r)
{
    const std::lock_guard lock(mutex_);
    std::erase(readers_, &r);
}

backplane_stats memory_backplane::stats() const
{
    const std::lock_guard lock(mutex_);
    backplane_stats sum{.appended = appended_, .append_failures = append_failures_};
    sum.append_latency.front() = appended_;
    return sum;
}

} // namespace rill::pubsub
