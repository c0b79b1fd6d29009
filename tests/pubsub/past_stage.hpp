#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "pubsub/history.hpp"

namespace rill_test {

using namespace rill::pubsub;
using namespace rill::pubsub::detail;

/// The past events of a hub, without a store.
struct past_stage
{
    topic_kinds kinds;
    log_end end;
    topic_table table;
    event_order order{0};
    topic_table::clock::time_point now{std::chrono::hours(1)};

    explicit past_stage(channel_options channel = {}, std::vector<topic_options> by_topic = {},
                        topic_table::settings settings = {})
        : kinds(std::move(channel), std::move(by_topic)),
          end{.numeric_ids = settings.ids == replay_buffer::id_kind::numbers}, table(kinds, settings)
    {}

    /// @param id  by default the sequence number
    void publish(std::string_view topic, std::string_view key = {}, std::string id = {})
    {
        const auto state = table.find_or_create(topic, now);
        const bool first = state->never_had_an_event();
        ++end.newest;
        end.last_id = id.empty() ? std::to_string(end.newest) : id;
        end.last_id_at = end.newest;
        state->last_used = now;
        state->buffer.append(std::move(*event_draft::make({.data = "x"}, topic, key)).finish(end.last_id), end.newest,
                             now);
        if (first) {
            table.on_first_event(*state);
        }
        order.add(end.newest, *state);
    }

    /// Adds a gap of the log that ends at this sequence number.
    void gap(std::uint64_t until)
    {
        end.gaps.push_back({until, make_gap(std::to_string(end.newest), {}, std::to_string(until))});
        end.newest = until;
    }

    filter_pointer filter(const std::vector<std::string>& topics)
    {
        std::vector<topic_pattern> parsed;
        for (const auto& topic : topics) {
            parsed.push_back(*topic_pattern::parse(topic));
        }
        std::ranges::sort(parsed, {}, &topic_pattern::text); // as the store does
        return std::move(table.add_subscriber(std::move(parsed), {}, 0, now)->filter);
    }

    history past(const filter_pointer& filter) const { return {table, *filter, end, order}; }

    /// Returns the IDs that a stream finds.
    std::string ids(const filter_pointer& filter, std::uint64_t seen, std::uint64_t until = UINT64_MAX,
                    std::size_t count = 100) const
    {
        std::vector<found_event> found;
        static_cast<void>(past(filter).collect({seen, seen}, until, count, found));
        std::string text;
        for (const auto& e : found) {
            text.append(text.empty() ? "" : " ").append(e.event.id());
        }
        return text;
    }

    /// Returns the IDs that a stream finds when it reads `count` events at a time. The notice of a gap is "gap".
    std::string walk(const filter_pointer& filter, std::uint64_t seen, std::size_t count = 1) const
    {
        std::string text;
        for (;;) {
            std::vector<found_event> found;
            const auto outcome = past(filter).collect({seen, seen}, end.newest, count, found);
            if (found.empty() && outcome.scanned_until == 0) {
                return text;
            }
            seen = found.empty() ? outcome.scanned_until : found.back().sequence;
            for (const auto& e : found) {
                const bool is_gap = e.event.kind() == event_kind::gap;
                text.append(text.empty() ? "" : " ").append(is_gap ? "gap" : e.event.id());
            }
        }
    }
};

} // namespace rill_test
