#pragma once

#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <vector>

namespace rill::pubsub {

/// The log of one process, which it does not outlive. What is held of the past is held by the channels. Thread-safe.
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
    };

    memory_backplane() : memory_backplane(settings{}) {}
    explicit memory_backplane(settings s);

    bool ids_are_numbers() const noexcept override { return settings_.ids == id_source::counter; }
    std::uint64_t first_number() const noexcept override { return settings_.first_id; }

    /// Errors: error::event_id_refused for an id that is missing, not wanted, or does not rise.
    result<event_id> append(event_draft event, appended done) override;
    void tail(reader& r) override;
    void stop(reader& r) override;

private:
    result<event_id> next_id(const event_draft& event);

    settings settings_;
    std::mutex mutex_;
    std::vector<reader*> readers_;
    std::uint64_t next_ = 0;
    event_id last_;
};

} // namespace rill::pubsub
