#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/http/request.hpp>
#include <rill/http/stream.hpp>
#include <string>
#include <string_view>

#include "transport/connection.hpp"
#include "transport/http1_response_writer.hpp"
#include "transport/http1_transitions.hpp"

namespace rill::transport {

/// The known state of the peer. It only changes to a later value.
enum class peer : std::uint8_t
{
    open,
    finished, ///< has sent FIN; the peer may still read, or it may be disconnected
    broken    ///< reset, or a failed write
};

/// The code that runs on a connection.
enum class producer : std::uint8_t
{
    none,
    coroutine, ///< the coroutine of the request phase, or of the stream's body
    external   ///< a stream whose body has no coroutine; other code writes to it
};

/// The type of the object that user_data() points to.
enum class working_memory : std::uint8_t
{
    request,        ///< request_in_work, or null
    pending_stream, ///< between the request phase and the stream, and longer if input remains
    stream_body
};

/// The data of the request phase that the connection needs to handle events. It is in the frame of the request
/// coroutine.
struct request_in_work
{
    const request* handled = nullptr;
    std::uint64_t missing_bytes = UINT64_MAX; ///< minimum that is still missing of a body that the handler reads
    bool idle = false;                        ///< between two requests, before the first byte of the next one
    bool timed_out = false;
    bool revoked = false; ///< it must not begin a stream
};

/// The state of an HTTP/1 connection, and the operations that all its phases need. Each open stream has such an
/// object. Therefore it has few members, and they are ordered by size.
class http1_connection_state : public http1_response_writer, public detail::spawned_coroutine, public connection
{
public:
    transport::phase current_phase() const noexcept { return phase_; }
    transport::peer peer_state() const noexcept { return peer_; }

    /// Cancels the running coroutine or stream. The pending operation of a coroutine completes with operation_aborted,
    /// and its frame unwinds. A stream without a coroutine ends. Only the first reason is stored. Call this function
    /// only from the event loop.
    void cancel(close_reason reason);

    void end(close_reason reason) override;

    void set_tag(std::string tag) override;

    bool has_stream() const noexcept { return phase_ == phase::streaming; }

    /// Returns a name for the log: the stream and its route, the path of the request, or the client's address.
    std::string name() const;

protected:
    http1_connection_state(worker_context& worker, stream_socket socket, const connection_operations& kind);
    ~http1_connection_state();

    friend class http1_peer_watch;
    friend class http1_revocation;
    friend class http1_request_phase;
    friend class http1_request_body;
    friend class http1_responder;
    friend class http1_stream_phase;
    friend class http1_closing_phase;

    /// Changes the phase according to http1_transitions.hpp.
    void advance(progress made) noexcept;

    /// Stores a change of the peer's state.
    void set_peer(transport::peer now) noexcept { peer_ = now > peer_ ? now : peer_; }

    void set_timer(std::chrono::milliseconds after);
    /// Sets the timer for the next heartbeat, which needs no exact time.
    void set_heartbeat_timer(std::chrono::milliseconds after);
    void clear_timer() noexcept { timer_service::remove(*this); }

    // These functions schedule work for on_deferred().
    void defer_completions() override;
    void check_peer_later() noexcept;
    void schedule(next_step step) noexcept;

    /// Resumes the coroutines that wait for this connection.
    void complete(error_code ec);
    /// Cancels the running coroutine or stream. The reason is already stored.
    void unwind();

    /// The body of the stream, or the pending stream. Null while a request is processed.
    streaming_body* body() const noexcept;
    void set_body(std::unique_ptr<streaming_body> body, working_memory kind = working_memory::stream_body) noexcept;
    /// The request that is processed. Null if there is none.
    request_in_work* current_request() const noexcept;
    void set_current_request(request_in_work* current) noexcept;

    void release_stream() noexcept;
    /// Notes the tag and the deadline that the request has for its stream. May throw bad_alloc.
    void note_terms(const request& of);
    std::string_view tag() const noexcept;
    void release_extras() noexcept;

    void log_error(const std::exception_ptr& error, std::initializer_list<std::string_view> what) const noexcept;
    /// @param what the text after the connection's name
    void log_over_capacity(std::string_view what) const noexcept;

    struct messages
    {
        bool resume : 1 = false; ///< complete the waits that were deferred to the event loop
        bool check_peer : 1 = false;
        next_step step : 3 = next_step::none;
    };

    transport::phase phase_ : 3 = phase::reading;
    transport::peer peer_ : 2 = peer::open;
    transport::producer producer_ : 2 = producer::none;
    messages pending_;
    working_memory memory_ : 2 = working_memory::request;
    capacity::slot slot_ : 2 = capacity::slot::rejected;
    bool head_refused_ : 1 = false;     // a head was refused before its end was read
    bool has_stream_slot_ : 1 = false;  // counted as a stream of the server
    bool keeps_alive_ : 1 = false;      // a request may follow after the stream
    bool is_answer_to_get_ : 1 = false; // the stream answers a GET request
    bool has_events_ : 1 = false;       // the stream is an event stream
    bool has_extras_ : 1 = false;       // the worker's stream_extras has an entry for it

    struct stream_facts
    {
        std::uint64_t began : 48; // ms
        std::uint64_t route : 16; // index in the worker's stats
    };
    struct closing_facts
    {
        std::uint32_t unacknowledged; // bytes, at the last check
        std::uint8_t reads_left;      // remaining reads of input after a refused head
    };
    // The stream ends before its connection closes. Therefore both use the same memory.
    union {
        stream_facts stream_{};
        closing_facts closing_;
    };

private:
    void defer() noexcept { worker_.deferred.push(socket_.number()); }
};

} // namespace rill::transport
