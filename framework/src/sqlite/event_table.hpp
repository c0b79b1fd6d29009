#pragma once

#include <cstdint>
#include <optional>
#include <rill/pubsub/backplane.hpp>
#include <rill/pubsub/event_record.hpp>
#include <rill/sqlite/options.hpp>
#include <vector>

#include "sqlite/log_state.hpp"

namespace rill::sqlite::detail {

/// The fields of an event that event_draft does not give as text.
struct other_fields
{
    std::string comment{};
    std::optional<std::chrono::milliseconds> retry{};
};

/// The events and the idempotency keys of a log. All functions run inside a transaction of the caller.
class event_table
{
public:
    explicit event_table(database& db);

    /// Stores the event with the id `state.last + 1`, and updates `state`.
    void insert(log_state& state, const pubsub::event_draft& event, const other_fields& other);
    /// The id of the event that was appended with the key.
    std::optional<std::uint64_t> find_key(std::string_view key);
    void insert_key(std::string_view key, std::uint64_t id);
    /// Removes all keys except the newest ones.
    void remove_keys(std::uint64_t kept);

    struct row
    {
        std::uint64_t id = 0;
        result<pubsub::event_draft> event;
    };
    /// The events with after < id <= until, in order.
    std::vector<row> read(std::uint64_t after, std::uint64_t until, std::size_t max_events, std::size_t max_bytes);
    std::optional<row> read_one(std::uint64_t id);
    /// The ids of the events of a topic with after < id <= until, in order.
    void find(std::string_view topic, std::uint64_t after, std::uint64_t until, std::size_t max_events,
              std::vector<std::uint64_t>& into);
    /// Calls f(id, topic) for the events with after < id <= until in order, until it returns false.
    template <class F>
    void scan(std::uint64_t after, std::uint64_t until, F f)
    {
        const execution each(scan_);
        each->bind(1, after).bind(2, until);
        while (each->step() && f(each->number(0), each->text(1))) {
        }
    }

    /// Removes the oldest events that exceed the limits, at most `max_removed`. Updates `state`.
    /// @return whether further events exceed the limits
    bool trim(log_state& state, const retention_limits& limits, std::uint64_t max_removed);

private:
    static row row_of(const statement& s);

    statement insert_;
    statement read_;
    statement read_one_;
    statement find_;
    statement scan_;
    statement oldest_;
    statement remove_;
    statement find_key_;
    statement insert_key_;
    statement remove_keys_;
};

} // namespace rill::sqlite::detail
