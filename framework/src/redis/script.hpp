#pragma once

#include <string_view>

namespace rill::redis::detail {

/// The script that checks the epoch and appends a batch of events, see docs/rationale/redis-log.md.
/// KEYS: the stream, the state, the record of the writer, the list of ages.
/// ARGV: known epoch, highest known number, "1" to accept an older epoch, counter of the batch, epoch of its first
/// attempt or "", seconds to keep the record, MAXLEN or 0, maximum age in microseconds or 0, prefix of idempotency
/// keys, seconds to keep them, number of events; for each event: number of field words, idempotency key, field words.
/// Returns: epoch, last number, first number of the batch or 0, text of "INDEX=NUMBER " for events with a known key.
extern const std::string_view append_script;

/// The script that reads the past. KEYS: the stream, the state.
/// ARGV: the number after which it reads, maximum events, maximum bytes, known epoch, and a number of past events or
/// "". With the last one, it returns no events, but the position that is at most that many events before the end.
/// Returns: epoch, last number, position or "unknown", entries.
extern const std::string_view read_script;

} // namespace rill::redis::detail
