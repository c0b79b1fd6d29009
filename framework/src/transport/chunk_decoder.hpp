#pragma once

#include <cstdint>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

/// Decodes a chunked body (RFC 9112, 7.1), without I/O. Strict: it rejects a body that two readers could read in two
/// ways. It checks extensions and trailer fields, and ignores them; it rejects forbidden trailer fields. The result
/// does not depend on how the bytes were cut.
class chunk_decoder
{
public:
    enum class state
    {
        need_more,
        complete, ///< the rest of the input does not belong to the body
        rejected
    };

    /// @param limits `max_body_bytes` limits the body, `max_head_bytes` the extensions and also the trailers; must
    /// outlive the
    ///               object
    explicit chunk_decoder(const connection_limits& limits) : limits_(limits), body_limit_(limits.max_body_bytes) {}
    explicit chunk_decoder(connection_limits&&) = delete;

    /// Changes the limit of the body, in bytes, for the chunks that follow.
    void set_body_limit(std::uint64_t bytes) noexcept { body_limit_ = bytes; }

    /// Removes the bytes of the body from `input`, and appends their content to `body`. After `rejected` each call
    /// returns `rejected`, and the rest of `input` is unspecified.
    state put(std::string_view& input, std::string& body);

    /// The response to a rejected body.
    const problem& rejection() const noexcept { return rejection_; }

private:
    enum class part : std::uint8_t
    {
        size,
        data,
        data_end,
        trailer,
        rejected
    };

    state step(std::string_view& input, std::string& body);
    state put_data(std::string_view& input, std::string& body);
    state put_data_end(std::string_view& input);
    state put_size(std::string_view& input);
    state put_trailer(std::string_view& input);
    state reject(status status, std::string detail);

    const connection_limits& limits_;
    std::uint64_t body_limit_;
    std::uint64_t left_ = 0; // of the chunk
    std::uint64_t total_ = 0;
    std::size_t extension_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
    part part_ = part::size;
    problem rejection_;
};

} // namespace rill::transport
