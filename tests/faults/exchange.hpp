#pragma once

#include <map>
#include <string>
#include <vector>

#include "faults/calls.hpp"

namespace rill_faults {

/// The result of the client in one part of an exchange.
enum class outcome : unsigned char
{
    right,  ///< the complete response
    broken, ///< an error status, or a response that the client detects as incomplete
    wrong,  ///< a complete response with wrong content
};

struct report
{
    std::string not_started; ///< the error if the server did not start; the parts then did not run
    std::string thrown;      ///< the text of an exception from the server; it must not throw
    std::map<state, outcome> parts;
    std::map<std::string, std::vector<std::string>> reasons; ///< the close reasons of the streams, by target
    std::map<state, bool> has_all_events;                    ///< whether the stream of the part was complete
    std::size_t streams_opened = 0;
    std::string log; ///< warnings and errors

    // What was not released at the end.
    long guards = 0;    ///< number of objects in frames of handlers
    std::string stayed; ///< a part whose connections remained after their clients had disconnected
    std::size_t connections_at_end = 0;
    std::size_t streams_at_end = 0;
    std::size_t queued_bytes_at_end = 0;
    long descriptors = 0;
};

/// Runs a server from its start to its drain. It handles requests of all kinds, streams, broadcasts and disconnects.
/// One stream, the bystander, lasts for the whole exchange. Each state is a part with its own connections.
report run_exchange(unsigned threads);

} // namespace rill_faults
