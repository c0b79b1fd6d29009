#pragma once

#include <cstdint>
#include <optional>
#include <rill/pubsub/encoded_event.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "nats/stream_info.hpp"

namespace rill::nats {

/// A range of sequences whose numbers have the same offset. A new epoch begins when the stream may have assigned its
/// sequences before: after a restart of its server, and after a loss of events.
struct epoch
{
    std::uint64_t start = 1;  ///< the first sequence
    std::uint64_t offset = 0; ///< the number of an event is its sequence plus this offset
    bool is_barrier = false;  ///< events before this epoch are lost: all earlier ids are unknown
};

/// Maps the sequences of a stream to the numbers of events. All processes read the same table.
class epoch_table
{
public:
    epoch_table() = default;
    explicit epoch_table(std::uint64_t created) : created_(created) {}

    /// Reads the text of the table. Returns an empty table for an invalid text.
    static epoch_table parse(std::string_view text);
    std::string text() const;

    /// When the stream was created, in microseconds since 1970.
    std::uint64_t created() const noexcept { return created_; }
    /// The server process under which the newest epoch began. Empty: a cluster.
    const std::string& run() const noexcept { return run_; }
    const std::vector<epoch>& epochs() const noexcept { return epochs_; }

    /// Begins an epoch at a sequence.
    /// @param min_number  the smallest number of the epoch
    void add(std::uint64_t start, std::uint64_t min_number, std::string run, bool is_barrier);
    /// An event with this number is lost. Returns false if no epoch follows the epoch of this number.
    bool mark_lost(std::uint64_t number);
    /// Removes epochs whose events the stream does not hold.
    void remove_before(std::uint64_t first);

    /// Returns the number of an event.
    std::uint64_t number(std::uint64_t sequence) const noexcept;
    /// Returns the number of the position after an event. It is the number of the event, unless events are lost there.
    std::uint64_t position(std::uint64_t sequence) const noexcept;
    /// Returns the number of the position before an event. It is larger than all numbers before.
    std::uint64_t position_before(std::uint64_t sequence) const noexcept { return number(sequence) - 1; }
    /// Whether the stream has not lost the event with this number. It may have removed it.
    bool holds(std::uint64_t number, const stream_info& info) const noexcept;
    /// Whether a position of the newest epoch is after the newest event of the stream.
    bool is_after_end(std::uint64_t number, const stream_info& info) const noexcept;
    /// Returns the first sequence after the newest known loss, or 1.
    std::uint64_t newest_barrier() const noexcept;
    /// Returns the sequence of a position, or nothing if the stream does not hold all events after it.
    std::optional<std::uint64_t> sequence(std::uint64_t number, const stream_info& info) const noexcept;
    /// The same for an id. The empty id is the beginning of the stream.
    std::optional<std::uint64_t> sequence_of(const pubsub::log_id& id, const stream_info& info) const;
    /// Returns the sequence before the first event that follows the epoch of a lost event.
    std::uint64_t sequence_after_loss(std::uint64_t number, const stream_info& info) const noexcept;

private:
    std::size_t epoch_of(std::uint64_t number) const noexcept;
    std::uint64_t end_of(std::size_t at, const stream_info& info) const noexcept;

    std::uint64_t created_ = 0;
    std::string run_;
    std::vector<epoch> epochs_;
};

} // namespace rill::nats
