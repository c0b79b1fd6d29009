#pragma once

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// The connection of an HTTP/1 client, from accept to close. start() creates it. It owns its socket. It deletes itself
/// when it has ended and no coroutine runs on it.
///
/// This class selects the action for an event in the present phase, by the tables of http1_transitions.hpp. The classes
/// of the phases perform the actions: http1_request_phase, http1_stream_phase, http1_closing_phase.
class http1_connection final : public http1_connection_state
{
public:
    /// Takes over an accepted, non-blocking socket. If the process lacks a resource, closes the socket and returns an
    /// error. A connection above the server's capacity is not an error.
    static error_code start(worker_context& worker, int descriptor);

    void set_policy(const stream_policy& policy) override;

private:
    static const connection_operations operations_of_kind;

    http1_connection(worker_context& worker, stream_socket socket);
    ~http1_connection() = default;

    // The worker calls these functions.
    void on_ready(readiness what);
    void on_deferred();
    stream_report report() const;

    // http1_response_writer calls these functions.
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
