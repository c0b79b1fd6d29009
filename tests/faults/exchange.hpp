#pragma once

#include <map>
#include <string>
#include <vector>

#include "faults/calls.hpp"

namespace rill_faults {

/// What the client of one part of an exchange has seen.
enum class outcome : unsigned char
{
    right,  ///< all that it asked for
    broken, ///< an error's status, or a response that ends before its end: not all, and it knows
    wrong,  ///< a whole response that is not what it asked for
};

struct report
{
    std::string not_started; ///< why the server did not start; then nothing else has been done
    std::string thrown;      ///< what the server threw, which it must not
    std::map<state, outcome> parts;
    std::map<std::string, std::vector<std::string>> reasons; ///< by target, for which its streams were closed
    std::map<state, bool> has_all_events;                    ///< of the part's stream
    std::size_t streams_opened = 0;
    std::string log; ///< warnings and errors

    // What has stayed behind.
    long guards = 0;    ///< objects in the frames of handlers
    std::string stayed; ///< a part whose connections did not go when their clients had
    std::size_t connections_at_end = 0;
    std::size_t streams_at_end = 0;
    std::size_t queued_bytes_at_end = 0;
    long descriptors = 0;
};

/// A server's life: starts, answers requests of all kinds, streams, broadcasts, is left by clients, and is drained;
/// with a stream that lasts from the first to the last moment. Each state is a part with connections of its own.
report run_exchange(unsigned threads);

} // namespace rill_faults
