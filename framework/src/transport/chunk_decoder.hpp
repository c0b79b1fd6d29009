#pragma once

#include <cstdint>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

/// Takes a chunked body apart (RFC 9112, 7.1), without I/O and to the letter: what two readers could read in two ways
/// is refused. Extensions are checked and ignored, trailer fields as well, but for those that must not be there. What
/// it answers does not depend on how the bytes were cut.
class chunk_decoder
{
public:
    enum class state
    {
        need_more,
        complete, ///< what follows in the input is no part of the body
        rejected
    };

    /// Body, extensions and trailers are limited: the body to `limits.max_body_bytes`, the others each to
    /// `limits.max_head_bytes`. `limits` must outlive the object.
    explicit chunk_decoder(const connection_limits& limits) : limits_(limits), body_limit_(limits.max_body_bytes) {}
    explicit chunk_decoder(connection_limits&&) = delete;

    /// Another limit for the body, in bytes, for the chunks that follow.
    void body_limit(std::uint64_t bytes) noexcept { body_limit_ = bytes; }

    /// Takes from `input` what belongs to the body, removes it, and appends the content to `body`. What was rejected
    /// stays so; how much of it is left in `input` is not said.
    state put(std::string_view& input, std::string& body);

    /// The answer to what was rejected.
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
