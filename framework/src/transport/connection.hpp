#pragma once

#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/core/detail/timer_node.hpp>
#include <rill/http/close_reason.hpp>
#include <rill/http/stream_info.hpp>
#include <string>

#include "transport/reactor.hpp"
#include "transport/worker_stats.hpp"

namespace rill::transport {

class connection;

/// The operations of one kind of connection. They extend the operations of its timer. Therefore a connection has one
/// pointer for both, and it needs no virtual function table.
struct connection_operations : timer_operations
{
    void (*on_ready)(connection&, readiness);
    void (*on_deferred)(connection&);
    void (*drain)(connection&);
    void (*abandon)(connection&);
    bool (*has_stream)(const connection&);
    stream_report (*report)(const connection&);
    bool (*runs)(const connection&, const detail::spawned_coroutine&);
    std::string (*name)(const connection&);
    void (*end_stream)(connection&, close_reason);
    bool (*end_stream_if)(connection&, const stream_predicate&, close_reason);
};

/// The interface of a connection for its worker. A connection is an entry of connection_table and of deferred_list, a
/// target of the reactor, and a timer. Belongs to the worker's thread.
class connection : public timer_node
{
public:
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Called when the operating system reports a change of the socket.
    void on_ready(readiness what) { kind().on_ready(*this, what); }
    /// The event loop calls this function after deferred_list::push(), outside any coroutine.
    void on_deferred() { kind().on_deferred(*this); }

    /// First stage of a shutdown: ends an idle connection, or a stream without finish_on_shutdown.
    void drain() { kind().drain(*this); }
    /// Second stage of a shutdown: cancels everything that still runs.
    void abandon() { kind().abandon(*this); }

    bool has_stream() const { return kind().has_stream(*this); }
    stream_report report() const { return kind().report(*this); }
    /// Whether `coroutine` runs on this connection.
    bool runs(const detail::spawned_coroutine& coroutine) const { return kind().runs(*this, coroutine); }
    /// Returns a name for the log: the stream and its route, the path of the request, or the client's address.
    std::string name() const { return kind().name(*this); }

    /// Ends the stream, if there is one that has not ended. The end comes from the event loop, after this call.
    void end_stream(close_reason reason) { kind().end_stream(*this, reason); }
    /// Ends the stream if the predicate selects it. Of a request that is not answered yet, the predicate decides
    /// whether it may begin a stream: see rill::end_streams().
    /// @return whether a stream ends
    bool end_stream_if(const stream_predicate& which, close_reason reason)
    {
        return kind().end_stream_if(*this, which, reason);
    }

protected:
    explicit connection(const connection_operations& kind) noexcept { operations = &kind; }
    ~connection() = default;

    /// Whether the connection is in the deferred list.
    bool is_deferred() const noexcept { return next_deferred_ != not_deferred; }

private:
    friend class deferred_list;

    const connection_operations& kind() const noexcept
    {
        return static_cast<const connection_operations&>(*operations);
    }

    static constexpr int not_deferred = -1;
    // The link of deferred_list. It is the socket of the next connection. A pointer would add eight bytes to each
    // stream.
    int next_deferred_ = not_deferred;
};

} // namespace rill::transport
