#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

// Two tables define the states of an HTTP/1 connection. A connection reacts to the progress of its own work, and to
// events from outside. Only these tables decide which phase follows, and which action an event causes in a phase.
//
// 1. Progress: the next phase (next_phase).
//
//     phase       next_request  body_follows  request_read  body_read  respond     stream     close
//     ----------  ------------  ------------  ------------  ---------  ----------  ---------  -------
//     reading     reading       receiving     handling      -          responding  -          closing
//     receiving   -             -             -             handling   responding  streaming  -
//     handling    -             -             -             -          responding  streaming  -
//     responding  reading       -             -             -          -           -          closing
//     streaming   reading       -             -             -          -           -          closing
//     closing     -             -             -             -          -           -          closing
//
//     http1_request_phase implements the first four phases. http1_stream_phase and http1_closing_phase implement the
//     others. A connection may end in any phase.
//
// 2. Events: the action of the connection (action_for).
//
//     phase       input        timer             blocked    flushed    broken     drain       abandon
//     ----------  -----------  ----------------  ---------  ---------  ---------  ----------  -------
//     reading     resume_read  expire_read       -          -          fail       close_idle  cancel
//     receiving   resume_body  expire_body       -          -          fail       -           cancel
//     handling    check_peer   check_half_close  set_limit  clear      fail       -           cancel
//     responding  check_reset  check_progress    set_limit  clear      abort      -           cancel
//     streaming   check_peer   check_progress    set_limit  heartbeat  fail       end_stream  cancel
//     closing     discard      check_delivery    set_limit  close      destroy    -           destroy
//
// The request coroutine makes its own progress. on_deferred() makes the steps to streaming and closing, and ends the
// connection. It runs outside any coroutine.

namespace rill::transport {

enum class phase : std::uint8_t
{
    reading,    ///< the request coroutine reads a head, and the body if the handler gets it whole
    receiving,  ///< the handler runs and reads the body while it arrives
    handling,   ///< the handler runs
    responding, ///< the request coroutine sends the response
    streaming,  ///< the response is a stream; the request coroutine has ended, the body's own coroutine may run
    closing     ///< the response is complete; the client may still read it
};
inline constexpr std::size_t phases = 6;

enum class progress : std::uint8_t
{
    next_request, ///< the connection waits for a request
    body_follows, ///< the head is read, and the handler reads the body
    request_read,
    body_read,
    respond,
    stream,
    close
};
inline constexpr std::size_t progresses = 7;

enum class event : std::uint8_t
{
    input,   ///< the socket is readable, or the peer's state has changed
    timer,   ///< the connection's timer has fired
    blocked, ///< the kernel does not take all written bytes
    flushed, ///< the kernel has taken all queued bytes
    broken,  ///< a write failed, or there is no space for bytes that the kernel does not take
    drain,   ///< first stage of a shutdown
    abandon  ///< second stage of a shutdown
};
inline constexpr std::size_t events = 7;

enum class action : std::uint8_t
{
    none,
    resume_read,      ///< resume the request coroutine
    resume_body,      ///< resume the read of the body; if none waits, cancel the handler if the body can't be complete
    check_peer,       ///< cancel the handler or stream if the peer has disconnected or has sent too much
    check_reset,      ///< cancel if the peer has reset the connection
    discard,          ///< read the input and discard it
    expire_read,      ///< end the read of a request, because its deadline has passed
    expire_body,      ///< end the read of a body, because its deadline has passed
    check_half_close, ///< cancel the handler if the peer has finished sending; otherwise like check_progress
    check_progress,   ///< cancel if the client reads nothing, or too slowly; send a heartbeat if nothing is queued
    check_delivery,   ///< end the connection if the client has received everything, or reads nothing
    set_limit,        ///< start the write timeout
    clear,            ///< stop the timer
    heartbeat,        ///< start the heartbeat interval
    close,            ///< continue the closing phase
    fail,             ///< store the reason; on_deferred() then cancels the coroutine or stream
    cancel,           ///< cancel the coroutine or stream
    abort,            ///< abort the wait for a write
    destroy,          ///< end the connection
    close_idle,       ///< end the read if the connection is idle between two requests
    end_stream        ///< cancel the stream, unless finish_on_shutdown is set
};

/// The step that on_deferred() performs when no coroutine runs.
enum class next_step : std::uint8_t
{
    none,
    begin_stream,
    end_stream,
    close,
    discard,
    destroy
};

namespace tables {

inline constexpr auto invalid = std::nullopt;

inline constexpr std::array<std::array<std::optional<phase>, progresses>, phases> next_phases{{
    {phase::reading, phase::receiving, phase::handling, invalid, phase::responding, invalid, phase::closing},
    {invalid, invalid, invalid, phase::handling, phase::responding, phase::streaming, invalid},
    {invalid, invalid, invalid, invalid, phase::responding, phase::streaming, invalid},
    {phase::reading, invalid, invalid, invalid, invalid, invalid, phase::closing},
    {phase::reading, invalid, invalid, invalid, invalid, invalid, phase::closing},
    {invalid, invalid, invalid, invalid, invalid, invalid, phase::closing},
}};

inline constexpr std::array<std::array<action, events>, phases> actions{{
    {action::resume_read, action::expire_read, action::none, action::none, action::fail, action::close_idle,
     action::cancel},
    {action::resume_body, action::expire_body, action::none, action::none, action::fail, action::none, action::cancel},
    {action::check_peer, action::check_half_close, action::set_limit, action::clear, action::fail, action::none,
     action::cancel},
    {action::check_reset, action::check_progress, action::set_limit, action::clear, action::abort, action::none,
     action::cancel},
    {action::check_peer, action::check_progress, action::set_limit, action::heartbeat, action::fail, action::end_stream,
     action::cancel},
    {action::discard, action::check_delivery, action::set_limit, action::close, action::destroy, action::none,
     action::destroy},
}};

} // namespace tables

/// The next phase. None if the connection can't make this progress in the phase `from`.
constexpr std::optional<phase> next_phase(phase from, progress made) noexcept
{
    return tables::next_phases[static_cast<std::size_t>(from)][static_cast<std::size_t>(made)];
}

constexpr action action_for(phase in, event what) noexcept
{
    return tables::actions[static_cast<std::size_t>(in)][static_cast<std::size_t>(what)];
}

} // namespace rill::transport
