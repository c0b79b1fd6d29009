#pragma once

#include "testing/backplane_contract/trial.hpp"

namespace rill::testing::contract {

/// Compares everything that the readers have received with everything that was appended. Call trial::settle() before
/// it. The first reader must have begun before the first append. Fails if
/// - an acknowledged event is missing, is delivered twice, or has another id than its append,
/// - a refused event, or an event that nobody has appended, is delivered,
/// - a field of an event has changed,
/// - an event is delivered before an event whose append had ended earlier,
/// - the readers have different orders, or
/// - a reader has received a gap.
void check_history(const trial& t);

/// The same, except that readers may have received gaps. Acknowledged events may be missing before the last gap. The
/// readers may then miss different events, but their order is the same.
void check_history_with_gaps(const trial& t);

/// Fails unless `events` is a part without a hole of `all`, which begins directly after the event with the id `after`
/// and has the same fields. If `after` is not the id of an event, `events` must begin with the first event.
/// @param who  names `events` in the message
void expect_follows(const trial& t, const recorder::entries& all, std::string_view after,
                    const recorder::entries& events, std::string_view who);

} // namespace rill::testing::contract
