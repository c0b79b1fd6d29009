#pragma once

#include <exception>
#include <optional>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>
#include <string>
#include <string_view>

#include "transport/http1_connection_state.hpp"

namespace rill::transport {

/// The next step of a connection after a stream.
enum class after_stream : std::uint8_t
{
    destroy,
    close,
    request
};

struct stream_end
{
    after_stream next;
    std::string input{}; ///< received bytes of the next request
};

/// The stream phase of a connection. The coroutine of the body writes to the stream. If the body has no coroutine,
/// other code writes. An object of this class exists only for one call. Its state is in the connection.
class http1_stream_phase
{
public:
    explicit http1_stream_phase(http1_connection_state& connection) noexcept : connection_(connection) {}
    http1_stream_phase(const http1_stream_phase&) = delete;
    http1_stream_phase& operator=(const http1_stream_phase&) = delete;

    /// Whether the response to this request has a streamed body.
    static bool is_stream(const response& answer, const request& to) noexcept;

    /// Takes a slot for a stream. Returns false if the server has no free slot.
    bool admit(const request& to);
    /// Changes the response to a refusal, because there is no slot for the stream.
    void refuse(response& answer);

    /// Takes over the response from the request phase, and schedules begin(). The stream must already have a slot.
    /// @param input received bytes of the next request
    void prepare(response& answer, const request& to, bool keep_alive, std::string input);

    /// Sends the head and starts the body.
    void begin();
    /// Ends the stream after its coroutine has ended. The reason is already stored.
    stream_end end();

    /// Starts the heartbeat interval, if the stream has one.
    void start_heartbeat();
    /// Sends the filler of the stream's policy.
    void send_heartbeat();

private:
    void start_body();
    static void on_done(detail::spawned_coroutine& self, const std::exception_ptr& error);
    void report_end();
    after_stream finish_body(bool may_be_cut);
    std::optional<rill::detail::write_state> write_internal(std::string_view text) noexcept;

    http1_connection_state& connection_;
};

} // namespace rill::transport
