#pragma once

#include <cstdint>
#include <rill/core/error.hpp>
#include <string>

#include "nats/handles.hpp"

namespace rill::nats {

/// The response of a server to one attempt to append an event.
struct append_reply
{
    enum class kind : unsigned char
    {
        stored,     ///< the stream holds the event at `sequence`
        undecided,  ///< the server has received the event, but does not know its sequence yet
        not_stored, ///< this attempt did not store the event; a later attempt may
        refused,    ///< this attempt did not store the event, and further attempts are useless
    };
    kind outcome = kind::undecided;
    std::uint64_t sequence = 0;
    bool duplicate = false;                ///< an earlier message with the same Nats-Msg-Id is at `sequence`
    error reason = error::log_unavailable; ///< of `refused`
    std::string text{};                    ///< of `not_stored` and `refused`, for operators
};

append_reply read_append_reply(natsMsg& message);

} // namespace rill::nats
