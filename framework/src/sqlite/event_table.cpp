#include "sqlite/event_table.hpp"

#include <algorithm>

namespace rill::sqlite::detail {

namespace {

std::uint64_t milliseconds_now() noexcept
{
    return microseconds_now() / 1000;
}

void bind_optional(const execution& into, int at, std::string_view text)
{
    if (text.empty()) {
        into->bind_null(at);
    } else {
        into->bind(at, text);
    }
}

constexpr const char* insert_event = "INSERT INTO event(id, topic, at, bytes, key, name, comment, retry, data) "
                                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
constexpr const char* read_events = "SELECT id, topic, key, name, comment, retry, data, bytes FROM event "
                                    "WHERE id > ?1 AND id <= ?2 ORDER BY id";
constexpr const char* read_event = "SELECT id, topic, key, name, comment, retry, data, bytes FROM event WHERE id = ?1";
constexpr const char* find_topic = "SELECT id FROM event INDEXED BY event_topic WHERE topic = ?1 AND topic <> '' "
                                   "AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4";

} // namespace

event_table::event_table(database& db)
    : insert_(db, insert_event), read_(db, read_events), read_one_(db, read_event), find_(db, find_topic),
      scan_(db, "SELECT id, topic FROM event WHERE id > ?1 AND id <= ?2 ORDER BY id"),
      oldest_(db, "SELECT id, bytes, at FROM event ORDER BY id LIMIT ?1"),
      remove_(db, "DELETE FROM event WHERE id <= ?1"), find_key_(db, "SELECT id FROM idempotency WHERE key = ?1"),
      insert_key_(db, "INSERT INTO idempotency(id, key) VALUES (?1, ?2)"),
      remove_keys_(db, "DELETE FROM idempotency WHERE id <= "
                       "(SELECT id FROM idempotency ORDER BY id DESC LIMIT 1 OFFSET ?1)")
{}

void event_table::insert(log_state& state, const pubsub::event_draft& event, const other_fields& other)
{
    const execution row(insert_);
    row->bind(1, state.last + 1).bind(2, event.topic()).bind(3, milliseconds_now());
    row->bind(4, std::uint64_t(event.footprint()));
    bind_optional(row, 5, event.key());
    bind_optional(row, 6, event.name());
    bind_optional(row, 7, other.comment);
    if (other.retry) {
        row->bind(8, static_cast<std::uint64_t>(other.retry->count()));
    } else {
        row->bind_null(8);
    }
    if (event.has_data()) {
        row->bind(9, event.data());
    } else {
        row->bind_null(9);
    }
    row->step();
    ++state.last;
    ++state.events;
    state.bytes += event.footprint();
}

std::optional<std::uint64_t> event_table::find_key(std::string_view key)
{
    const execution found(find_key_);
    found->bind(1, key);
    return found->step() ? std::optional(found->number(0)) : std::nullopt;
}

void event_table::insert_key(std::string_view key, std::uint64_t id)
{
    const execution row(insert_key_);
    row->bind(1, id).bind(2, key);
    row->step();
}

void event_table::remove_keys(std::uint64_t kept)
{
    const execution rows(remove_keys_);
    rows->bind(1, kept);
    rows->step();
}

event_table::row event_table::row_of(const statement& s)
{
    pubsub::event_record record;
    record.topic = s.text(1);
    record.key = s.text(2);
    record.name = s.text(3);
    record.comment = s.text(4);
    if (!s.is_null(5)) {
        record.retry.emplace(static_cast<std::chrono::milliseconds::rep>(s.number(5)));
    }
    if (!s.is_null(6)) {
        record.data.emplace(s.text(6));
    }
    return {s.number(0), record.draft()};
}

std::vector<event_table::row> event_table::read(std::uint64_t after, std::uint64_t until, std::size_t max_events,
                                                std::size_t max_bytes)
{
    std::vector<row> found;
    const execution each(read_);
    each->bind(1, after).bind(2, until);
    for (std::uint64_t bytes = 0; found.size() < max_events && each->step();) {
        bytes += each->number(7);
        if (bytes > max_bytes && !found.empty()) {
            break;
        }
        found.push_back(row_of(*each));
    }
    return found;
}

std::optional<event_table::row> event_table::read_one(std::uint64_t id)
{
    const execution found(read_one_);
    found->bind(1, id);
    return found->step() ? std::optional(row_of(*found)) : std::nullopt;
}

void event_table::find(std::string_view topic, std::uint64_t after, std::uint64_t until, std::size_t max_events,
                       std::vector<std::uint64_t>& into)
{
    const execution each(find_);
    each->bind(1, topic).bind(2, after).bind(3, until).bind(4, std::uint64_t(max_events));
    while (each->step()) {
        into.push_back(each->number(0));
    }
}

bool event_table::trim(log_state& state, const retention_limits& limits, std::uint64_t max_removed)
{
    const bool aged = limits.max_age.count() > 0;
    if (!aged && state.events <= limits.max_events && state.bytes <= limits.max_bytes) {
        return false;
    }
    const auto max_age = static_cast<std::uint64_t>(std::max<std::int64_t>(limits.max_age.count(), 0));
    const auto now = milliseconds_now();
    std::uint64_t until = 0;
    bool more = false;
    {
        const execution each(oldest_);
        each->bind(1, max_removed + 1);
        for (std::uint64_t removed = 0; each->step(); ++removed) {
            const bool newest = state.events <= 1;
            const bool too_old = aged && each->number(2) + max_age < now;
            const bool exceeds = state.events > limits.max_events || (state.bytes > limits.max_bytes && !newest);
            more = too_old || exceeds;
            if (!more || removed == max_removed) {
                break;
            }
            until = each->number(0);
            --state.events;
            state.bytes -= std::min(state.bytes, each->number(1));
            more = false;
        }
    }
    if (until != 0) {
        const execution rows(remove_);
        rows->bind(1, until);
        rows->step();
        state.floor = std::max(state.floor, until);
    }
    return more;
}

} // namespace rill::sqlite::detail
