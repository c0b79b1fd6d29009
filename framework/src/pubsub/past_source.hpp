#pragma once

#include <cstdint>
#include <memory>
#include <rill/pubsub/encoded_event.hpp>

namespace rill::pubsub::detail {

struct subscriber;

/// Supplies the events that one stream gets before its position in the store. Belongs to the thread of its worker.
class past_source
{
public:
    enum class source_kind : std::uint8_t
    {
        backfill, ///< see the class backfill
        snapshot, ///< see the class snapshot_reader
    };

    explicit past_source(source_kind k) noexcept : kind(k) {}
    past_source(const past_source&) = delete;
    past_source& operator=(const past_source&) = delete;
    virtual ~past_source() = default;

    /// The id with which a client resumes that has received no further event.
    virtual log_id position_id() const = 0;

    const source_kind kind;
    /// the next event that arrives at the worker makes the owner ready, see backlog_reader
    bool waits_for_event = false;
    subscriber* owner = nullptr; ///< nullptr before the stream begins and after the stream has ended
};

} // namespace rill::pubsub::detail
