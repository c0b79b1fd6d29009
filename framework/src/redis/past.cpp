#include "redis/past.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "http/whole_number.hpp"

namespace rill::redis::detail {

namespace {

constexpr std::size_t past_events = 256;
constexpr std::size_t past_bytes = 1024UL * 1024;
// Lua converts numbers to doubles, which are exact up to this number.
constexpr std::uint64_t max_number = std::uint64_t(1) << 53U;

bool matches(const pubsub::backplane::read_request& request, std::string_view topic)
{
    return request.topics == nullptr ||
           std::ranges::any_of(*request.topics, [&](const pubsub::topic_pattern& p) { return p.matches(topic); });
}

// An entry that is not an event is reported to the readers as a gap. A page cannot contain one. Therefore it ends
// before the entry, and a request that begins there fails.
bool is_readable(const stream_entry& entry, const result<pubsub::event_draft>& draft)
{
    return !entry.begins_epoch && draft.has_value();
}

} // namespace

std::optional<std::uint64_t> parse_id(std::string_view id) noexcept
{
    const auto number = rill::detail::whole_number<std::uint64_t>(id);
    return number && *number < max_number && !id.starts_with('0') ? number : std::nullopt;
}

pubsub::backplane::page make_page(const pubsub::backplane::read_request& request, const read_answer& answer,
                                  std::uint64_t after)
{
    pubsub::backplane::page page;
    std::uint64_t end = after;
    std::size_t bytes = 0;
    bool is_cut = false;
    for (const auto& entry : answer.entries) {
        if (matches(request, entry.event.topic)) {
            auto draft = entry.event.draft();
            if (!is_readable(entry, draft)) {
                is_cut = true;
                break;
            }
            bytes += draft->footprint();
            if (page.events.size() == request.max_events || (bytes > request.max_bytes && !page.events.empty())) {
                is_cut = true;
                break;
            }
            page.events.push_back({std::move(*draft), std::to_string(entry.number), entry.number});
        }
        end = entry.number;
    }
    page.end = {std::to_string(end), end};
    page.at_end = !is_cut && end >= answer.last;
    return page;
}

void past::push(past_job job)
{
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
}

std::optional<past_job> past::take()
{
    const std::lock_guard lock(mutex_);
    if (jobs_.empty()) {
        return std::nullopt;
    }
    std::optional<past_job> first(std::move(jobs_.front()));
    jobs_.pop_front();
    return first;
}

void past::finish(past_job job, result<pubsub::backplane::page> page)
{
    if (!page && page.error() != error::unknown_event_id) {
        state_.count_read_failure();
    }
    try {
        job.done(std::move(page));
    } catch (const std::exception& e) {
        state_.report("read", e.what());
    }
}

void past::expire(clock::time_point now)
{
    std::deque<past_job> expired;
    std::unique_lock lock(mutex_);
    while (!jobs_.empty() &&
           (now == clock::time_point::max() || jobs_.front().since <= now - state_.options().request_timeout))
    {
        expired.push_back(std::move(jobs_.front()));
        jobs_.pop_front();
    }
    lock.unlock();
    if (current_ && now == clock::time_point::max()) {
        expired.push_back(std::move(*current_));
        current_.reset();
    }
    for (auto& job : expired) {
        finish(std::move(job), tl::unexpected(make_error_code(error::log_unavailable)));
    }
}

awaitable<failure> past::serve(session& connected)
{
    for (;;) {
        auto fault = connected.find_fault("read");
        if (fault) {
            co_return std::move(*fault);
        }
        auto reader = readers_.next_behind();
        const bool can_advance = reader && readers_.live_position() != 0;
        if (can_advance) {
            auto broken = co_await advance(connected, *reader);
            if (broken) {
                co_return std::move(*broken);
            }
        }
        auto job = take();
        if (job) {
            auto broken = co_await read_job(connected, std::move(*job));
            if (broken) {
                co_return std::move(*broken);
            }
        } else if (!can_advance) {
            co_await work_.wait();
        }
    }
}

awaitable<std::optional<failure>> past::read_job(session& connected, past_job job)
{
    const auto after = parse_id(job.request.after);
    if (!after) {
        finish(std::move(job), tl::unexpected(make_error_code(error::unknown_event_id)));
        co_return std::nullopt;
    }
    session::read_range range;
    range.after = *after;
    range.max_events = job.request.topics ? std::max(job.request.max_events, past_events) : job.request.max_events;
    range.max_events = std::max<std::size_t>(range.max_events, 1);
    range.max_bytes = std::max<std::size_t>(job.request.max_bytes, 1);
    current_ = std::move(job);
    auto answer = co_await connected.read(range);
    if (!answer) {
        const bool is_late = clock::now() - current_->since >= state_.options().request_timeout;
        if (is_late || (connected.is_open() && answer.error().code == errc::other)) {
            finish(std::move(*std::exchange(current_, {})), tl::unexpected(make_error_code(error::log_unavailable)));
        } else { // it is repeated after the reconnect
            const std::lock_guard lock(mutex_);
            jobs_.push_front(std::move(*std::exchange(current_, {})));
        }
        co_return std::move(answer.error());
    }
    auto read = std::move(*std::exchange(current_, {}));
    if (!answer->is_known) {
        finish(std::move(read), tl::unexpected(make_error_code(error::unknown_event_id)));
        co_return std::nullopt;
    }
    auto page = make_page(read.request, *answer, *after);
    if (page.end.number == *after && !page.at_end) { // the next entry is not an event
        finish(std::move(read), tl::unexpected(make_error_code(error::unknown_event_id)));
        co_return std::nullopt;
    }
    finish(std::move(read), std::move(page));
    co_return std::nullopt;
}

awaitable<std::optional<failure>> past::advance(session& connected, readers::behind reader)
{
    if (!reader.has_begun) {
        auto begin = co_await connected.find_begin(reader.max_past_events);
        if (!begin) {
            co_return std::move(begin.error());
        }
        readers_.begin(reader.ticket, begin->position);
        co_return std::nullopt;
    }
    session::read_range range;
    range.after = reader.position;
    range.max_events = past_events;
    range.max_bytes = past_bytes;
    auto answer = co_await connected.read(range);
    if (!answer) {
        co_return std::move(answer.error());
    }
    if (answer->is_known && !answer->entries.empty()) {
        readers_.pass_past(reader.ticket, answer->entries);
    } else {
        readers_.skip_past(reader.ticket);
    }
    co_return std::nullopt;
}

} // namespace rill::redis::detail
