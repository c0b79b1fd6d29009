#pragma once

#include <cstdint>
#include <string_view>

namespace bench {

/// Removes the framing of an HTTP/1.x response (RFC 9112), which is the head and the chunks of the body. It is
/// incremental, buffers nothing, and takes 24 bytes.
class response_scanner
{
public:
    enum class step : std::uint8_t
    {
        more,      ///< all bytes are consumed; more bytes are necessary
        head,      ///< the head is complete; status() and is_event_stream() describe it
        body,      ///< `body` is a piece of the body
        end,       ///< the body is complete; the next bytes do not belong to this response
        malformed, ///< not an HTTP/1.x response, or its framing is broken
    };

    /// Reads the next part of the response and removes the consumed bytes from the front of `bytes`.
    /// @param body  receives the piece, which is a part of `bytes`, if the result is step::body
    step next(std::string_view& bytes, std::string_view& body) noexcept;

    /// Returns the status of the last complete head. Skips interim responses (1xx).
    int status() const noexcept { return status_; }
    /// Whether the Content-Type of the response is text/event-stream.
    bool is_event_stream() const noexcept { return is_event_stream_; }
    bool has_head() const noexcept { return state_ >= state::until_close && state_ != state::broken; }

private:
    enum class state : std::uint8_t
    {
        status_line,
        rest_of_status_line,
        line_start,
        field_name,
        field_value,
        rest_of_line,
        until_close, ///< the body ends with the connection; this is the first state after the head
        sized,
        chunk_size,
        chunk_extension,
        chunk_data,
        chunk_end,
        trailer_start,
        trailer,
        complete,
        broken,
    };
    enum class field : std::uint8_t
    {
        transfer_encoding,
        content_type,
        content_length
    };

    bool read_head(char c) noexcept;
    void read_status_line(char c) noexcept;
    void read_field_name(char c) noexcept;
    void read_field_value(char c) noexcept;
    void read_chunk_frame(char c) noexcept;
    void end_head() noexcept;
    std::string_view take_body(std::string_view& bytes) noexcept;

    std::uint64_t left_ = 0; ///< remaining bytes of the chunk or of the body
    std::uint16_t status_ = 0;
    state state_ = state::status_line;
    field field_ = field::transfer_encoding;
    std::uint8_t position_ = 0;   ///< number of characters that have matched the current word
    std::uint8_t candidates_ = 0; ///< bit set of the fields whose names match so far
    bool is_chunked_ = false;
    bool is_sized_ = false;
    bool is_event_stream_ = false;
};

static_assert(sizeof(response_scanner) <= 24);

} // namespace bench
