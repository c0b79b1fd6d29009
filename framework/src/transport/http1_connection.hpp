#pragma once

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// The connection of an HTTP/1 client, from accept to close. It owns its socket and itself: start() makes it, and it
/// ends when its socket is closed and no coroutine runs on it.
///
/// This class decides by the tables of http1_transitions.hpp what an event means in the present phase. The phases do
/// the work: http1_request_phase, http1_stream_phase, http1_closing_phase.
class http1_connection final : public http1_connection_state
{
public:
    /// Takes over an accepted, non-blocking socket. Returns an error, and closes the socket, if the process is short of
    /// a resource. A connection beyond the server's capacity is no error.
    static error_code start(worker_context& worker, int descriptor);

    void set_policy(const stream_policy& policy) override;

private:
    static const connection_operations operations_of_kind;

    http1_connection(worker_context& worker, stream_socket socket);
    ~http1_connection() = default;

    // From the worker.
    void on_ready(readiness what);
    void on_deferred();
    stream_report report() const;

    // From the writer.
    void on_blocked() override;
    void on_unblocked() override;
    void on_broken(close_reason why) override;

    void handle(event what) { perform(action_for(phase_, what)); }
    void perform(action what);
    void perform(next_step step);

    void flush_output();
    void resume_body();
    void close_idle();
    void expire_read();
    void end_stream();
    void begin_requests(std::string input);
};

} // namespace rill::transport
