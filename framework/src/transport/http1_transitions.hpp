#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

// The states of an HTTP/1 connection, as two tables. A connection reacts to the progress of its own work, and to events
// from outside. Only these tables decide which phase follows, and what a phase does with an event.
//
// 1. Progress: which phase follows (next_phase).
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
//     The first four phases, and the step to streaming, belong to http1_request_phase. The others belong to
//     http1_stream_phase and http1_closing_phase. A connection may end in any phase.
//
// 2. Events: what the connection does (action_for).
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
// The request coroutine makes its own progress. The steps to streaming and closing, and the end of the connection, come
// from on_deferred(), outside any coroutine.

namespace rill::transport {

enum class phase : std::uint8_t
{
    reading,    ///< the request coroutine reads a head, and a body that the handler gets whole
    receiving,  ///< the handler runs and reads the body while it arrives
    handling,   ///< the handler runs
    responding, ///< the request coroutine sends the response
    streaming,  ///< the body is a stream: the request coroutine has ended, the body's own coroutine may run
    closing     ///< everything was written; the client may still read it
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
    blocked, ///< the kernel does not take all that was written
    flushed, ///< the kernel has taken all that was queued
    broken,  ///< a write failed, or there is no room for what the kernel does not take
    drain,   ///< first stage of a shutdown
    abandon  ///< second stage of a shutdown
};
inline constexpr std::size_t events = 7;

enum class action : std::uint8_t
{
    none,
    resume_read,      ///< resume the request coroutine
    resume_body,      ///< resume the read of the body; without one, cancel the handler if the body can't become whole
    check_peer,       ///< cancel the handler if the peer is gone or has sent too much
    check_reset,      ///< cancel if the peer has reset the connection
    discard,          ///< read the input and discard it
    expire_read,      ///< end the read of a request: its deadline has passed
    expire_body,      ///< end the read of a body: its deadline has passed
    check_half_close, ///< cancel the handler if the peer has finished; else as check_progress
    check_progress,   ///< cancel if the client takes nothing, or too little; send a heartbeat if nothing is queued
    check_delivery,   ///< end the connection if the client has got everything, or takes nothing
    set_limit,        ///< start the write timeout
    clear,            ///< stop the timer
    heartbeat,        ///< start the heartbeat interval
    close,            ///< continue to close
    fail,             ///< note the reason, and cancel what runs from on_deferred()
    cancel,           ///< cancel what runs
    abort,            ///< abort the wait for the write
    destroy,          ///< end the connection
    close_idle,       ///< end the read if the connection is idle between two requests
    end_stream        ///< cancel the stream, unless it has asked to finish (finish_on_shutdown)
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

/// The phase that follows; none if the connection can't make this progress in that phase.
constexpr std::optional<phase> next_phase(phase from, progress made) noexcept
{
    return tables::next_phases[static_cast<std::size_t>(from)][static_cast<std::size_t>(made)];
}

constexpr action action_for(phase in, event what) noexcept
{
    return tables::actions[static_cast<std::size_t>(in)][static_cast<std::size_t>(what)];
}

} // namespace rill::transport
