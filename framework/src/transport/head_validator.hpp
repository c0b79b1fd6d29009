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

/// Checks the raw bytes of a request head before they are parsed, without I/O. It rejects a head that is not valid by
/// RFC 9112 and RFC 9110, or that two readers could read in two ways: such heads smuggle requests past a proxy. It
/// checks a line when the line is complete, and limits before that. The result does not depend on how the bytes were
/// cut.
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

    /// @param input all bytes since the beginning of the request line: those of the last call, and then the new ones
    /// After `complete` or `rejected`, each call has the same result.
    state put(std::string_view input);

    /// The response to a rejected head.
    const problem& rejection() const noexcept { return rejection_; }

    /// Whether the end of the head was read. Also true for a head that was rejected for its content.
    bool ended() const noexcept { return complete_; }

    /// Also known for some of the requests that were rejected.
    verb method() const noexcept { return method_; }

    // After `complete`.

    /// Size of the head in bytes. The body follows.
    std::size_t size() const noexcept { return line_begin_; }
    /// 10, or 11 for every minor version from 1 on (RFC 9110, 2.5).
    unsigned version() const noexcept { return version_; }
    /// Whether the client wants a persistent connection (RFC 9112, 9.3).
    bool keep_alive() const noexcept { return !close_ && (version_ >= 11 || keep_alive_); }
    bool chunked() const noexcept { return chunked_; }
    /// 0 if there is no body, or a chunked one.
    std::uint64_t content_length() const noexcept { return content_length_.value_or(0); }
    bool expects_continue() const noexcept { return expects_continue_; }
    /// The target in origin form or "*".
    const std::string& target() const noexcept { return target_; }
    /// The host of a target in absolute form, which takes precedence over the Host field (RFC 9112, 3.2.2). Empty for
    /// other targets.
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
    std::size_t scanned_ = 0; // there is no LF from line_begin_ up to here
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
