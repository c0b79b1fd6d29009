#pragma once

#include <rill/http/stream_info.hpp>

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// The end of a stream that neither its producer nor its client has caused: its deadline, or rill::end_streams(). All
/// state is in the connection; an object of this class lives for one call.
class http1_revocation
{
public:
    explicit http1_revocation(http1_connection_state& connection) noexcept : connection_(connection) {}
    http1_revocation(const http1_revocation&) = delete;
    http1_revocation& operator=(const http1_revocation&) = delete;

    /// Ends the stream, if there is one that has not ended. The end comes from the event loop.
    void end_stream(close_reason reason);

    /// The same if the predicate selects the stream. With close_reason::revoked the predicate also sees a request whose
    /// stream has not begun: if it selects it, no stream begins.
    /// @return whether a stream ends
    bool end_stream_if(const stream_predicate& which, close_reason reason);

private:
    stream_info info() const;
    void prevent_stream() noexcept;

    http1_connection_state& connection_;
};

} // namespace rill::transport
