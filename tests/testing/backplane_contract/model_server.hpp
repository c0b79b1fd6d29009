#pragma once

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <rill/pubsub/backplane.hpp>
#include <rill/pubsub/event_record.hpp>
#include <string>
#include <string_view>

namespace rill_test {

/// A deliberate fault of a model_log.
enum class defect : unsigned char
{
    none,
    // appends
    acknowledges_another_id,
    calls_done_twice,
    destroys_done,
    never_calls_done,
    delivers_refused_event,
    loses_inner_append,
    needs_done,
    // fields
    loses_key,
    loses_comment,
    loses_empty_data,
    changes_line_ends,
    cuts_data_at_nul,
    // delivery
    drops_event,
    doubles_event,
    swaps_events,
    begins_twice,
    calls_after_stop,
    calls_at_one_time,
    passes_too_many_past_events,
    tells_gap_without_loss,
    misses_first_event,
    stops_all_readers,
    // pages
    ignores_filter,
    misses_rare_event,
    exceeds_event_limit,
    exceeds_byte_limit,
    ends_too_early,
    never_ends,
    end_behind_events,
    end_in_the_future,
    drops_inner_read,
    accepts_malformed_id,
    accepts_future_id,
    accepts_beginning_after_trim,
    accepts_beginning_without_events,
    refuses_first_position,
    has_hole_in_page,
    // idempotency keys
    forgets_keys,
    same_key_for_all,
    forgets_keys_after_interruption,
    keys_of_one_connection,
    keeps_lost_keys,
    // trim
    hides_trimmed_events,
    forgets_kept_events,
    uses_trimmed_ids_again,
    // a lost tail
    forgets_gap,
    tells_small_gap,
    uses_lost_ids_again,
    knows_lost_ids,
    // interruption
    blocks,
    destructor_blocks,
    gap_after_interruption,
    forgets_ids_during_interruption,
    misses_begin_during_interruption,
    loses_acknowledged,
    appends_refused,
    ends_page_early,
    doubles_after_interruption,
    // end
    calls_done_after_destruction,
    keeps_done_after_destruction,
    acknowledges_at_the_end,
    loses_events_at_the_end,
    miscounts,
};

/// A log on a server, in memory. Its connections are objects of model_log.
struct model_server
{
    struct stored_event
    {
        std::uint64_t number = 0;
        rill::pubsub::event_record event;
        std::size_t footprint = 0;
    };
    /// What save() remembers.
    struct log_state
    {
        std::deque<stored_event> events;
        std::uint64_t next = 0;
        std::uint64_t floor = 0; ///< ids before this number are unknown
        std::map<std::string, std::uint64_t> keys;
    };

    explicit model_server(std::uint64_t before_first) : first(before_first), highest(before_first)
    {
        state.next = first + 1;
        state.floor = first;
    }

    std::uint64_t add(const rill::pubsub::event_draft& draft, const std::string& key)
    {
        if (const auto found = state.keys.find(key); !key.empty() && found != state.keys.end()) {
            return found->second;
        }
        const auto number = state.next++;
        highest = std::max(highest, number);
        state.events.push_back({number, rill::pubsub::event_record(draft), draft.footprint()});
        if (!key.empty()) {
            state.keys.emplace(key, number);
        }
        changed.notify_all();
        return number;
    }

    /// Returns the number of an id that the log holds all events after.
    std::optional<std::uint64_t> find(const std::string& id, defect fault) const
    {
        std::uint64_t number = 0;
        const auto* end = id.data() + id.size();
        const auto parsed = std::from_chars(id.data(), end, number);
        if (id.empty() && fault == defect::accepts_beginning_after_trim) {
            return 0;
        }
        if (id.empty() && fault == defect::accepts_beginning_without_events) {
            return state.next - 1;
        }
        if (parsed.ec != std::errc() ||
            (fault != defect::accepts_malformed_id && (parsed.ptr != end || id != std::to_string(number))))
        {
            return std::nullopt;
        }
        if ((fault == defect::refuses_first_position && number == first) ||
            (fault == defect::forgets_kept_events && state.floor != first && number + 1 < state.next))
        {
            return std::nullopt;
        }
        const bool hidden = fault == defect::hides_trimmed_events || fault == defect::knows_lost_ids;
        const bool future = number >= state.next && fault != defect::accepts_future_id;
        return (number < state.floor && !hidden) || future ? std::nullopt : std::optional(number);
    }

    const stored_event* after(std::uint64_t number) const
    {
        const auto found = std::ranges::upper_bound(state.events, number, {}, &stored_event::number);
        return found == state.events.end() ? nullptr : &*found;
    }

    void trim(std::size_t keep, defect fault)
    {
        if (keep == 0 && fault == defect::uses_trimmed_ids_again) {
            state.next = first + 1;
        }
        while (state.events.size() > keep) {
            state.floor = state.events.front().number;
            state.events.pop_front();
        }
    }

    void lose_tail(defect fault)
    {
        auto lost = std::move(state);
        state = saved;
        ++epoch;
        if (fault != defect::uses_lost_ids_again) {
            constexpr std::uint64_t distance = 1'000;
            state.next = highest + distance;
        }
        state.floor = state.next - 1;
        state.events.clear();
        if (fault == defect::keeps_lost_keys) {
            state.keys = std::move(lost.keys);
        }
        changed.notify_all();
    }

    std::mutex mutex;
    std::condition_variable changed;
    log_state state;
    log_state saved;
    const std::uint64_t first; ///< the number before the first event
    std::uint64_t highest;     ///< of all assigned numbers
    std::uint64_t epoch = 1;
    bool interrupted = false;
    std::uint64_t interruptions = 0;
    bool slow = false;
    std::deque<std::function<void()>> late_calls; ///< see defect::calls_done_after_destruction
};

} // namespace rill_test
