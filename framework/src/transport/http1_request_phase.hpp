#pragma once

#include <chrono>
#include <cstdint>
#include <rill/core/awaitable.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>
#include <string>
#include <string_view>

#include "transport/http1_connection_state.hpp"
#include "transport/http1_request_body.hpp"
#include "transport/http1_responder.hpp"
#include "transport/request_parser.hpp"

namespace rill::transport {

/// The request phase of a connection. It reads a request, calls the handler, and sends the response. Then it repeats
/// this for the next request. It holds the parser and the input in the frame of its coroutine. The coroutine ends
/// before a stream begins, because the stream needs none of this memory.
class http1_request_phase
{
public:
    /// Starts the coroutine. May throw bad_alloc. In this case the coroutine has not begun.
    /// @param input the bytes that were received already
    static void begin(http1_connection_state& connection, std::string input);

    http1_request_phase(const http1_request_phase&) = delete;
    http1_request_phase& operator=(const http1_request_phase&) = delete;

private:
    using state = request_parser::state;

    // The progress of the body of one request. Its deadline depends on it.
    struct body_progress
    {
        bool begun = false;
        std::uint32_t began = 0; // ms
        std::uint64_t received = 0;
    };

    http1_request_phase(http1_connection_state& connection, std::string input);
    ~http1_request_phase();

    static awaitable<> run(http1_connection_state& connection, std::string input);
    static void on_done(detail::spawned_coroutine& self, const std::exception_ptr& error);

    // These functions read a request.
    void begin_request(bool first);
    awaitable<state> read_request(held_body& held);
    state parse(held_body& held);
    void limit_body(body_progress& body);
    awaitable<std::size_t> read_more();
    auto wait_readable();
    std::chrono::milliseconds head_timeout() const noexcept;
    awaitable<> reject();
    // Whether the deadline has passed for a request that has begun.
    bool is_late() const noexcept;
    awaitable<> refuse_late();

    // These functions handle a request.
    request take_request(state read, lent_body& body);
    awaitable<response> run_handler(request& r);
    awaitable<bool> confirm_slot();
    void log_cause(const response& answer, const request& r) const;
    // Tries again to take a slot for a stream. If there is none, changes the response to a refusal and returns false.
    awaitable<bool> retry_admission(response& answer, const request& to);

    http1_connection_state& connection_;
    worker_context& worker_;
    request_parser parser_;
    http1_responder responder_;
    std::string input_; // received bytes that were not parsed yet
    std::string remote_address_;
    request_in_work current_;
};

} // namespace rill::transport
