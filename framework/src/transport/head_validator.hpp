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

/// Checks the raw bytes of a request head before they are parsed, without I/O. It rejects a head that is not valid (RFC
/// 9112 and RFC 9110). It also rejects a head that two implementations could interpret differently. An attacker could
/// use such a head to smuggle a request past a proxy. It checks a line when the line is complete, and it checks limits
/// earlier. The result does not depend on how the input was split into pieces.
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

    /// Checks the bytes that have arrived. After `complete` or `rejected`, each call returns the same result.
    /// @param input all bytes since the beginning of the request line: the bytes of the last call, followed by the new
    /// bytes
    state put(std::string_view input);

    /// The response to a rejected head.
    const problem& rejection() const noexcept { return rejection_; }

    /// Whether the end of the head was read. This is also true for a head that was rejected because of its content.
    bool ended() const noexcept { return complete_; }

    /// The method of the request. It is also known for some of the rejected requests.
    verb method() const noexcept { return method_; }

    // The functions below are valid after `complete`.

    /// Size of the head in bytes. The body follows.
    std::size_t size() const noexcept { return line_begin_; }
    /// 10 for HTTP/1.0, 11 for HTTP/1.1 and each higher minor version (RFC 9110, 2.5).
    unsigned version() const noexcept { return version_; }
    /// Whether the client requests a persistent connection (RFC 9112, 9.3).
    bool keep_alive() const noexcept { return !close_ && (version_ >= 11 || keep_alive_); }
    bool chunked() const noexcept { return chunked_; }
    /// The value of Content-Length. 0 if there is no body, or if the body is chunked.
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
    std::size_t scanned_ = 0; // there is no LF between line_begin_ and this position
    std::optional<std::uint64_t> content_length_;
    verb method_ = verb::unknown;
    unsigned version_ = 0; // 0 until the request line was read
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
