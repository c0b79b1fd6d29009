#pragma once

#include <cstdint>
#include <optional>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <string>
#include <string_view>

#include "transport/field_line.hpp"
#include "transport/request_target.hpp"

namespace rill::transport {

/// Looks at the raw bytes of a request's head before anything else does, without I/O, and refuses whatever is not to
/// the letter of RFC 9112 and RFC 9110, or could be read in two ways: that is how requests are smuggled past a proxy.
/// Each line is judged when it has come, and limits before that, so that what it answers does not depend on how the
/// bytes were cut.
class head_validator
{
public:
    enum class state
    {
        need_more,
        complete,
        rejected
    };

    /// `limits` must outlive the object.
    explicit head_validator(const connection_limits& limits) : limits_(limits) {}
    explicit head_validator(connection_limits&&) = delete;

    /// `input` holds all bytes since the beginning of the request line: each time the same ones, and what has come
    /// since. What was complete or rejected stays so.
    state put(std::string_view input);

    /// The answer to what was rejected.
    const problem& rejection() const noexcept { return rejection_; }

    /// Whether the head has come to its end, also that of one that was rejected for what it says.
    bool ended() const noexcept { return complete_; }

    /// Also of a request that was rejected, as far as it was known then.
    verb method() const noexcept { return method_; }

    // After `complete`.

    /// In bytes; what follows is the body.
    std::size_t size() const noexcept { return line_begin_; }
    /// 10, or 11 for every minor version from 1 on (RFC 9110, 2.5).
    unsigned version() const noexcept { return version_; }
    /// Whether the client wants the connection kept (RFC 9112, 9.3).
    bool keep_alive() const noexcept { return !close_ && (version_ >= 11 || keep_alive_); }
    bool chunked() const noexcept { return chunked_; }
    /// Of the body; 0 without one or when it is chunked.
    std::uint64_t content_length() const noexcept { return content_length_.value_or(0); }
    bool expects_continue() const noexcept { return expects_continue_; }
    /// The target in origin form or "*".
    const std::string& target() const noexcept { return target_; }
    /// What the target says of the host; empty when only Host does. If there is one it holds, and not Host (RFC 9112,
    /// 3.2.2).
    const std::string& authority() const noexcept { return authority_; }

private:
    bool check_limits(std::string_view line, std::size_t total, bool ended);
    bool check_start(std::string_view line);
    bool put_line(std::string_view line);
    bool put_request_line(std::string_view line);
    bool put_version(std::string_view version);
    bool put_target(std::string_view text);
    bool put_field(const field_line& field);
    bool put_host(std::string_view value);
    bool put_content_length(std::string_view value);
    bool put_transfer_encoding(std::string_view value);
    bool put_connection(std::string_view value);
    bool put_expect(std::string_view value);
    bool finish();
    bool refuse(status status, std::string detail);

    const connection_limits& limits_;
    std::size_t line_begin_ = 0;
    std::size_t looked_at_ = 0; // from line_begin_ up to here there is no LF
    std::optional<std::uint64_t> content_length_;
    verb method_ = verb::unknown;
    unsigned version_ = 0; // 0 before the request line
    bool complete_ = false;
    bool rejected_ = false;
    bool has_host_ = false;
    bool has_content_type_ = false;
    bool has_transfer_encoding_ = false;
    bool chunked_ = false;
    bool unknown_coding_ = false;
    bool close_ = false;
    bool keep_alive_ = false;
    bool expects_continue_ = false;
    bool unknown_expectation_ = false;
    std::string target_;
    std::string authority_;
    problem rejection_;
};

} // namespace rill::transport
