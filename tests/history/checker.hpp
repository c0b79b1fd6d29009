#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "history/moment.hpp"

namespace history {

/// The value of an event id. All logs under test have ids that are numbers.
using log_number = std::uint64_t;

enum class outcome : unsigned char
{
    acknowledged, ///< an attempt was answered with an id
    refused,      ///< every attempt was answered with "not appended"
    unknown,      ///< no attempt was acknowledged, and at least one may have been appended
};

/// One event of a publisher, with all its attempts. The payload is unique.
struct append_record
{
    std::string topic;
    std::string payload;
    outcome result = outcome::unknown;
    log_number id = 0; ///< if acknowledged
    /// Whether an attempt had an unknown outcome and another attempt followed. A log that loses its tail after the
    /// first one may then append the event again.
    bool retried = false;
    moment begun = 0; ///< of the first attempt
};

struct received_event
{
    std::string payload;
    log_number id = 0;
};
/// A `gap` notice. It covers all ids after the position of the stream up to this id, at which the stream continues.
/// Without an id, it covers everything up to the next event.
struct gap_notice
{
    std::optional<log_number> until;
    moment arrived = 0;
};
/// A request with this Last-Event-ID.
struct resumption
{
    log_number after = 0;
};
using stream_entry = std::variant<received_event, gap_notice, resumption>;

/// Everything that one stream has received, over all its connections, in order.
struct stream_record
{
    std::vector<std::string> topics;
    std::vector<stream_entry> entries{};
    moment begun = 0; ///< of the first entry
};

enum class violation : unsigned char
{
    lost,           ///< an event of the log is missing, and no gap covers it
    doubled,        ///< an event was delivered twice
    out_of_order,   ///< the ids of a stream do not increase
    refused_event,  ///< an event was delivered that every attempt had refused
    unknown_event,  ///< an event was delivered that nobody has published, or to a stream of other topics
    id_reused,      ///< one id belongs to two events
    id_differs,     ///< an event was acknowledged or delivered with another id before, and it was not retried
    moved_back,     ///< a stream resumed before its position
    unexpected_gap, ///< a gap, although the rules exclude gaps
};
std::string_view to_string(violation v) noexcept;

struct finding
{
    violation what;
    std::string text; ///< the stream, the event and the position
};

struct rules
{
    bool allow_gaps = true;
};

struct report
{
    std::vector<finding> findings{}; ///< at most checker::max_findings
    std::size_t violations = 0;      ///< including those that are not in `findings`

    // Figures that show whether the history was difficult.
    std::size_t acknowledged = 0;
    std::size_t refused = 0;
    std::size_t unknown = 0;
    std::size_t unknown_arrived = 0; ///< events with an unknown outcome that a stream has received
    std::size_t deliveries = 0;
    std::size_t resumptions = 0;
    std::size_t gaps = 0;
    std::size_t gaps_without_loss = 0;
    std::size_t covered = 0;  ///< events that a stream has missed, with a gap that covers them
    std::size_t repeated = 0; ///< events that a stream has received again after a gap

    std::size_t count(violation what) const noexcept;
};

/// Checks a history of publishers and streams:
///
/// - The log consists of every acknowledged event and of every event that a stream has received. Each stream receives
///   each event of its topics that follows the position of its first entry, unless a gap covers the event.
/// - A gap covers only what was published before it. If a stream does not receive an acknowledged event whose first
///   attempt began after the first entry of the stream, a gap has arrived after the first attempt.
/// - The ids that a stream receives increase. An id belongs to the same event everywhere. Therefore all streams have
///   one order.
/// - No stream receives a refused event, and none receives an event twice.
/// - After a gap, a stream continues at the id of the gap. If this is before its position, it may receive events again.
///   What it has passed once is not checked again.
///   If the log has lost the event and the publisher has retried, the event may have a new id after the gap.
///
/// Deterministic, without I/O and without a clock. Not thread-safe.
class checker
{
public:
    static constexpr std::size_t max_findings = 50;

    explicit checker(rules r = {}) : rules_(r) {}

    void add(append_record a) { appends_.push_back(std::move(a)); }
    void add(stream_record s) { streams_.push_back(std::move(s)); }

    report check() const;

private:
    rules rules_;
    std::vector<append_record> appends_;
    std::vector<stream_record> streams_;
};

} // namespace history
