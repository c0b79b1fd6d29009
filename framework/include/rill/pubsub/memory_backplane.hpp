#pragma once

#include <deque>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <vector>

namespace rill::pubsub {

/// A log in the memory of one process. Channels hold the past; the log itself holds none unless
/// settings::max_past_events is set. Thread-safe.
class memory_backplane final : public backplane
{
public:
    enum class id_source : unsigned char
    {
        counter, ///< ids are numbers that increase by one; events of publishers must have no id
        /// Every event has an id from its publisher. The id must come after the previous id of the whole log. A longer
        /// id comes after a shorter one; ids of equal length are compared byte by byte. So numbers increase as
        /// expected, and so do ids of a fixed length that begin with the time (ULID, UUIDv7).
        publisher,
    };

    struct settings
    {
        id_source ids = id_source::counter;
        /// The first id of the counter. 0: the present time in microseconds. Then a client that comes back after a
        /// restart with an older id gets a `gap` notice.
        std::uint64_t first_id = 0;
        /// Maximum number of events that the log holds for read_after(), a copy of each. For channels that join the log
        /// later than others, or that hold less.
        std::size_t max_past_events = 0;
    };

    memory_backplane() : memory_backplane(settings{}) {}
    explicit memory_backplane(settings s);

    bool ids_are_numbers() const noexcept override { return settings_.ids == id_source::counter; }
    std::uint64_t first_number() const noexcept override { return settings_.first_id; }

    /// Errors: error::event_id_refused for an id that is missing, not allowed, or does not increase.
    result<log_id> append(event_draft event, appended done) override;
    bool holds_past() const noexcept override { return settings_.max_past_events != 0; }
    /// Calls `done` before it returns.
    void read_after(std::string_view id, std::size_t count, past_read done) override;
    void tail(reader& r) override;
    void stop(reader& r) override;

private:
    result<log_id> next_id(const event_draft& event);
    void keep(const event_draft& event, const log_id& id, std::uint64_t number);
    result<std::vector<past_event>> page_after(std::string_view id, std::size_t count) const;

    settings settings_;
    std::mutex mutex_;
    std::vector<reader*> readers_;
    std::uint64_t next_ = 0;
    log_id last_;
    std::deque<past_event> past_;
    log_id before_past_; ///< the id of the event before the oldest one in past_
};

} // namespace rill::pubsub
