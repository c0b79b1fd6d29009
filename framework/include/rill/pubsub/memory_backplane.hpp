#pragma once

#include <deque>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <vector>

namespace rill::pubsub {

/// The log of one process, which it does not outlive. What is held of the past is held by the channels, unless
/// settings::past is set. Thread-safe.
class memory_backplane final : public backplane
{
public:
    enum class id_source : unsigned char
    {
        counter, ///< ids are numbers that rise by one; a publisher must not bring its own
        /// Every event brings its own id. It must come after the one before it in the whole log: the longer of two ids
        /// is the later one, of equally long ones that with the higher characters. So numbers, and ids of a fixed
        /// length that begin with the time (ULID, UUIDv7), rise as one expects.
        publisher,
    };

    struct settings
    {
        id_source ids = id_source::counter;
        /// Of the counter. 0: the present time in microseconds, so that after a restart a client that comes back with
        /// an id of the former run is told that this is gone.
        std::uint64_t first_id = 0;
        /// So many of the newest events the log itself holds, for read_after(): for channels that come later than
        /// others to the same log, or that hold less. A copy of each.
        std::size_t past = 0;
    };

    memory_backplane() : memory_backplane(settings{}) {}
    explicit memory_backplane(settings s);

    bool ids_are_numbers() const noexcept override { return settings_.ids == id_source::counter; }
    std::uint64_t first_number() const noexcept override { return settings_.first_id; }

    /// Errors: error::event_id_refused for an id that is missing, not wanted, or does not rise.
    result<event_id> append(event_draft event, appended done) override;
    bool holds_past() const noexcept override { return settings_.past != 0; }
    /// Completes before it returns.
    void read_after(std::string_view id, std::size_t count, past_read done) override;
    void tail(reader& r) override;
    void stop(reader& r) override;

private:
    result<event_id> next_id(const event_draft& event);
    void keep(const event_draft& event, const event_id& id, std::uint64_t number);
    result<std::vector<past_event>> page_behind(std::string_view id, std::size_t count) const;

    settings settings_;
    std::mutex mutex_;
    std::vector<reader*> readers_;
    std::uint64_t next_ = 0;
    event_id last_;
    std::deque<past_event> past_;
    event_id before_past_; ///< the id of the newest event that is not in it any more
};

} // namespace rill::pubsub
