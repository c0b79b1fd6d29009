#pragma once

#include <cstdint>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

/// Decodes a chunked body (RFC 9112, 7.1), without I/O. It rejects a body that two implementations could interpret
/// differently. It checks the syntax of extensions and trailer fields, and then ignores them. It rejects forbidden
/// trailer fields. The result does not depend on how the input was split into pieces.
class chunk_decoder
{
public:
    enum class state
    {
        need_more,
        complete, ///< the rest of the input does not belong to the body
        rejected
    };

    /// @param limits `max_body_bytes` limits the body. `max_head_bytes` limits the extensions, and also the trailer
    /// fields. `limits` must outlive the object.
    explicit chunk_decoder(const connection_limits& limits) : limits_(limits), body_limit_(limits.max_body_bytes) {}
    explicit chunk_decoder(connection_limits&&) = delete;

    /// Changes the limit of the body, in bytes. The new limit applies to the chunks that follow.
    void set_body_limit(std::uint64_t bytes) noexcept { body_limit_ = bytes; }

    /// Removes the bytes of the body from `input`, and appends the decoded content to `body`. After `rejected`, each
    /// call returns `rejected`, and the rest of `input` is unspecified.
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
    std::uint64_t left_ = 0; // missing bytes of the chunk
    std::uint64_t total_ = 0;
    std::size_t extension_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
    part part_ = part::size;
    problem rejection_;
};

} // namespace rill::transport
