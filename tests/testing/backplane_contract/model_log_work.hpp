#pragma once

#include <atomic>

#include "testing/backplane_contract/model_log.hpp"

// The thread of a model_log.

namespace rill_test {

inline void model_log::run()
{
    constexpr std::chrono::milliseconds turn{5}; // for the end of the time that appends wait
    lock_type lock(server_->mutex);
    while (!ending_) {
        if (!work(lock)) {
            server_->changed.wait_for(lock, turn);
        }
    }
}

// Does one piece of work. Returns false if there is none.
inline bool model_log::work(lock_type& lock)
{
    if (server_->slow || fault_ == defect::calls_done_after_destruction ||
        fault_ == defect::keeps_done_after_destruction || fault_ == defect::acknowledges_at_the_end)
    {
        lock.unlock();
        std::this_thread::sleep_for(std::chrono::milliseconds(1)); // the delay is the tested property
        lock.lock();
    }
    if (!reads_.empty()) {
        answer_read(lock);
        return true;
    }
    const bool appended = finish_append(lock);
    return deliver(lock) || appended;
}

inline bool model_log::finish_append(lock_type& lock)
{
    constexpr std::chrono::milliseconds grace{30};
    if (appends_.empty()) {
        return false;
    }
    const bool expired = std::chrono::steady_clock::now() - appends_.front().since > grace;
    if (server_->interrupted && !expired && fault_ != defect::loses_acknowledged) {
        return false;
    }
    auto append = std::move(appends_.front());
    appends_.pop_front();
    const auto outcome = outcome_of(append);
    --stats_.pending_appends;
    ++(outcome ? stats_.appended : stats_.append_failures);
    const bool seventh = ++outcomes_ % 7 == 0;
    if (seventh && fault_ == defect::never_calls_done) {
        server_->late_calls.push_back([done = std::move(append.done)] {});
    }
    lock.unlock();
    if (append.done && !(seventh && fault_ == defect::destroys_done)) {
        append.done(outcome);
        if (seventh && fault_ == defect::calls_done_twice) {
            append.done(outcome);
        }
    }
    append.done = nullptr;
    lock.lock();
    return true;
}

inline rill::result<rill::pubsub::log_id> model_log::outcome_of(const pending_append& append)
{
    const auto unavailable = tl::unexpected(make_error_code(rill::error::log_unavailable));
    if (server_->interrupted) {
        if (fault_ == defect::loses_acknowledged) {
            return std::to_string(server_->state.next++);
        }
        if (fault_ == defect::appends_refused) {
            server_->add(append.event, append.key);
        }
        return unavailable;
    }
    auto number = server_->add(append.event, append.key);
    if (fault_ == defect::doubles_after_interruption && append.began_interrupted) {
        server_->add(append.event, {});
    }
    if (fault_ == defect::acknowledges_another_id && outcomes_ % 7 == 6) {
        ++number;
    }
    return std::to_string(number);
}

inline void model_log::answer_read(lock_type& lock)
{
    auto read = std::move(reads_.front());
    reads_.pop_front();
    rill::result<page> answer = tl::unexpected(make_error_code(rill::error::log_unavailable));
    if (!server_->interrupted) {
        answer = page_of(read.request);
    } else if (fault_ == defect::forgets_ids_during_interruption) {
        answer = tl::unexpected(make_error_code(rill::error::unknown_event_id));
    } else if (fault_ == defect::ends_page_early) {
        answer = page{.events = {}, .end = {.id = read.request.after}, .at_end = true};
    }
    lock.unlock();
    read.done(std::move(answer));
    read.done = nullptr;
    lock.lock();
}

inline rill::result<rill::pubsub::backplane::page> model_log::page_of(const read_request& request) const
{
    const auto after = server_->find(request.after, fault_);
    if (!after) {
        return tl::unexpected(make_error_code(rill::error::unknown_event_id));
    }
    page read{.events = {}, .end = {.id = request.after, .number = *after}};
    fill(read, request, *after);
    read.at_end = server_->after(read.end.number) == nullptr;
    const bool full = read.events.size() == request.max_events;
    read.at_end =
        read.at_end || (fault_ == defect::ends_too_early && full) || (fault_ == defect::misses_rare_event && !full);
    read.at_end = read.at_end && fault_ != defect::never_ends;
    if (fault_ == defect::end_in_the_future && read.at_end) {
        const auto number = read.end.number + 5;
        read.end = {std::to_string(number), number};
    }
    if (fault_ == defect::end_behind_events && read.events.size() > 1) {
        const auto number = read.events[read.events.size() - 2].number;
        read.end = {std::to_string(number), number};
    }
    if (fault_ == defect::has_hole_in_page && read.events.size() > 2) {
        read.events.erase(read.events.begin() + 1);
    }
    return read;
}

inline void model_log::fill(page& read, const read_request& request, std::uint64_t after) const
{
    constexpr int max_looks = 100;
    const auto max_events = request.max_events + (fault_ == defect::exceeds_event_limit ? 1 : 0);
    std::size_t bytes = 0;
    for (int looks = 0; looks != max_looks && read.events.size() < max_events; ++looks) {
        const auto* next = server_->after(after);
        if (next == nullptr) {
            return;
        }
        const auto& topic = next->event.topic;
        const bool wanted = request.topics == nullptr || fault_ == defect::ignores_filter ||
                            std::ranges::any_of(*request.topics, [&topic](const auto& t) { return t.matches(topic); });
        bytes += wanted ? next->footprint : 0;
        if (wanted && bytes > request.max_bytes && !read.events.empty() && fault_ != defect::exceeds_byte_limit) {
            return;
        }
        after = next->number;
        read.end = {std::to_string(after), after};
        if (wanted) {
            read.events.push_back({draft_of(*next), read.end.id, after});
        }
    }
}

// Passes the next event to the first reader that has not got all events.
inline bool model_log::deliver(lock_type& lock)
{
    if (server_->interrupted) {
        return false;
    }
    for (auto& t : readers_) {
        if (t.epoch == 0) {
            begin(t, lock);
            return true;
        }
    }
    for (auto at = readers_.begin(); at != readers_.end(); ++at) {
        auto& t = *at;
        if (fault_ == defect::gap_after_interruption && t.interruptions != server_->interruptions) {
            t.interruptions = server_->interruptions;
            pass_gap_without_loss(t, lock);
            return true;
        }
        if (t.epoch != server_->epoch) {
            pass_gap(t, lock);
            return true;
        }
        if (const auto* next = server_->after(t.last); next != nullptr) {
            readers_.splice(readers_.end(), readers_, at); // the other readers get their next events first
            pass_event(t, *next, lock);
            return true;
        }
    }
    return false;
}

// Calls the reader without the mutex.
template <class F>
void model_log::call(reader& to, lock_type& lock, F f)
{
    calling_ = &to;
    lock.unlock();
    f(to);
    lock.lock();
    calling_ = nullptr;
    server_->changed.notify_all();
}

inline void model_log::begin(tailing& t, lock_type& lock)
{
    auto max_past = t.max_past + (fault_ == defect::passes_too_many_past_events ? 3 : 0);
    max_past = std::min(max_past, server_->state.events.size());
    t.last = server_->state.next - 1 - max_past;
    t.epoch = server_->epoch;
    const auto at = t.last;
    if (fault_ == defect::misses_first_event && !server_->state.events.empty()) {
        ++t.last;
    }
    call(*t.to, lock, [at](reader& r) { r.on_begin({std::to_string(at), at}); });
}

inline void model_log::pass_gap(tailing& t, lock_type& lock)
{
    t.epoch = server_->epoch;
    const auto seen = std::exchange(t.last, server_->state.floor);
    if (fault_ == defect::forgets_gap) {
        return;
    }
    const auto at = fault_ == defect::tells_small_gap ? seen - 1 : t.last;
    stats_.gaps += fault_ == defect::miscounts ? 0 : 1;
    call(*t.to, lock, [at](reader& r) { r.on_gap({std::to_string(at), at}); });
}

// The position is allowed, because all later events get larger numbers.
inline void model_log::pass_gap_without_loss(tailing& t, lock_type& lock)
{
    t.last = server_->state.next++;
    server_->highest = t.last;
    call(*t.to, lock, [at = t.last](reader& r) { r.on_gap({std::to_string(at), at}); });
}

inline void model_log::pass_event(tailing& t, const model_server::stored_event& next, lock_type& lock)
{
    const bool seventh = ++calls_ % 7 == 0;
    const auto is = [&](defect d) { return seventh && fault_ == d; };
    const auto number = next.number;
    const auto* other = is(defect::swaps_events) ? server_->after(number) : nullptr;
    const auto first = std::exchange(t.last, number);
    auto draft = draft_of(next);
    auto second = draft.copy();
    if (other != nullptr) {
        t.last = other->number;
        second = std::move(draft);
        draft = draft_of(*other);
    }
    const auto before = other != nullptr ? other->number : number;
    call(*t.to, lock, [&](reader& r) {
        if (is(defect::begins_twice)) {
            r.on_begin({std::to_string(first), first});
        }
        if (fault_ == defect::calls_at_one_time && calls_ == 7) {
            std::atomic<std::uint64_t> gaps{number};
            const auto calls = [&] {
                for (int i = 0; i != 1000; ++i) {
                    const auto at = ++gaps;
                    r.on_gap({std::to_string(at), at});
                }
            };
            std::thread another(calls);
            calls();
            another.join();
        }
        if (!is(defect::drops_event)) {
            r.on_event(std::move(draft), std::to_string(before), before);
        }
        if (is(defect::doubles_event) || other != nullptr) {
            r.on_event(std::move(second), std::to_string(number), number);
        }
    });
    if (is(defect::tells_gap_without_loss)) {
        pass_gap_without_loss(t, lock);
    }
}

inline rill::pubsub::event_draft model_log::draft_of(const model_server::stored_event& event) const
{
    auto record = event.event;
    if (fault_ == defect::loses_key) {
        record.key.clear();
    } else if (fault_ == defect::loses_comment) {
        record.comment.clear();
    } else if (fault_ == defect::loses_empty_data && record.data && record.data->empty()) {
        record.data.reset();
    } else if (fault_ == defect::changes_line_ends && record.data) {
        std::erase(*record.data, '\r');
    } else if (fault_ == defect::cuts_data_at_nul && record.data) {
        record.data->resize(std::min(record.data->size(), record.data->find('\0')));
    }
    return std::move(*record.draft());
}

inline void model_log::end_pending()
{
    std::unique_lock lock(server_->mutex);
    for (auto& append : appends_) {
        rill::result<rill::pubsub::log_id> outcome = tl::unexpected(make_error_code(rill::error::log_unavailable));
        if (fault_ == defect::acknowledges_at_the_end) {
            outcome = std::to_string(server_->state.next++);
        }
        if (fault_ == defect::calls_done_after_destruction || fault_ == defect::keeps_done_after_destruction) {
            server_->late_calls.push_back([outcome, done = append.done] { done(outcome); });
        }
        if (append.done && fault_ != defect::keeps_done_after_destruction) {
            lock.unlock();
            append.done(outcome);
            lock.lock();
        }
    }
    if (fault_ == defect::loses_events_at_the_end) {
        server_->trim(0, fault_);
    }
}

} // namespace rill_test
