#pragma once

#include <cstdint>
#include <string_view>

namespace bench {

/// Takes the framing of an HTTP/1.x response off (RFC 9112): the head, and the body's chunks if it has them.
/// Incremental, in 24 bytes: it holds back nothing of what it is given, however the bytes are cut.
class response_scanner
{
public:
    enum class step : std::uint8_t
    {
        more,      ///< all bytes are used up
        head,      ///< the head is complete: status() and is_event_stream() say what it was
        body,      ///< a piece of the body was found
        end,       ///< the body is complete; what follows does not belong to this response
        malformed, ///< this is no HTTP/1.x response; there is nothing more to be had
    };

    /// Goes on to the next thing of note in `bytes`, and removes what it has read from their front.
    /// @param body set to the piece, a part of `bytes`, when step::body is returned
    step next(std::string_view& bytes, std::string_view& body) noexcept;

    /// Of the last head that was complete. Interim responses (1xx) are passed over.
    int status() const noexcept { return status_; }
    /// Whether the response's Content-Type is text/event-stream.
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
        until_close, ///< a body without framing of its own; the first of the states behind the head
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

    std::uint64_t left_ = 0; ///< of the chunk, or of the body
    std::uint16_t status_ = 0;
    state state_ = state::status_line;
    field field_ = field::transfer_encoding;
    std::uint8_t position_ = 0;   ///< how much of the word that is being compared has matched
    std::uint8_t candidates_ = 0; ///< the fields whose names begin as this one does, as bits
    bool is_chunked_ = false;
    bool is_sized_ = false;
    bool is_event_stream_ = false;
};

static_assert(sizeof(response_scanner) <= 24);

} // namespace bench
