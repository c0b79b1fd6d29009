#pragma once

#include <cstdint>
#include <optional>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "transport/chunk_decoder.hpp"
#include "transport/head_validator.hpp"

namespace rill::transport {

/// Parses the requests of a connection, one after another, without I/O. Beast's parser gets only heads that
/// head_validator accepts.
class request_parser
{
public:
    enum class state
    {
        need_more,
        head,           ///< the head is complete, and a body follows; once per request, before the body is read
        wants_continue, ///< the head is complete, and the client waits for 100 Continue (RFC 9110, 10.1.1)
        complete,
        rejected
    };

    /// `limits` must outlive the object.
    explicit request_parser(const connection_limits& limits) : limits_(limits), reading_(head_validator(limits)) {}
    explicit request_parser(connection_limits&&) = delete;
    request_parser(const request_parser&) = delete;
    request_parser& operator=(const request_parser&) = delete;

    /// Removes the bytes of the request from `input`. A head remains in `input` until it is complete. Until then, the
    /// caller may only append to `input`. After `rejected`, each call returns `rejected`.
    state put(std::string& input);

    /// Rejects the request for a reason of the caller, after its head was read.
    state refuse(problem why) { return reject(std::move(why)); }

    /// Size in bytes of the body that was read into the request so far.
    std::size_t body_size() const noexcept { return body_.size(); }

    /// Returns the request. Valid after `complete`. After this call, the parser is ready for the next request.
    request take();

    // After `head`, the caller can continue with put(), which reads the body into the request. Instead, the caller can
    // read the body with the functions below.

    /// The request whose head was read.
    const request& head() const noexcept { return request_; }

    /// Returns the request without its body. The caller continues with read_body().
    request take_head() { return std::exchange(request_, {}); }

    /// Removes the bytes of the body from `input`, and appends the decoded content to `body`. After `complete`, the
    /// parser is ready for the next request.
    state read_body(std::string_view& input, std::string& body);

    /// Sets the limit of a chunked body for read_body(), in bytes. If the body is not chunked, the caller checks
    /// announced_size().
    void set_body_limit(std::uint64_t bytes) noexcept;

    /// The size of the body. None if it is chunked.
    std::optional<std::uint64_t> announced_size() const noexcept;

    /// Minimum number of bytes that are missing until the body is complete.
    std::uint64_t missing() const noexcept;

    /// Whether the request expects 100 Continue. The client waits for it only if no part of the body has arrived.
    bool expects_continue() const noexcept { return expects_continue_; }

    /// The method of the request that is read or was rejected. `unknown` until the method is read.
    verb method() const noexcept
    {
        const auto* const head = std::get_if<head_validator>(&reading_);
        return head != nullptr ? head->method() : request_.method();
    }

    /// Whether the client requests a persistent connection (RFC 9112, 9.3). Valid after `complete`, also after take().
    bool keep_alive() const noexcept { return keep_alive_; }

    /// The response to a rejected request. The connection must be closed after this response.
    const problem& rejection() const noexcept { return rejection_; }

    /// Whether the head was read.
    bool head_done() const noexcept { return !std::holds_alternative<head_validator>(reading_); }

    /// Whether the end of the head was read. This is also true for a head that was rejected because of its content.
    bool head_ended() const noexcept
    {
        const auto* const head = std::get_if<head_validator>(&reading_);
        return head == nullptr || head->ended();
    }

private:
    struct sized_body
    {
        std::uint64_t size;
        std::uint64_t left;
    };

    state skip_empty_lines(std::string& input);
    state put_head(std::string& input);
    state put_body(std::string& input);
    state take_content(std::string_view& input, std::string& body);
    state reject(problem rejection);
    void begin_next();
    bool make_request(std::string_view head, const head_validator& facts);

    const connection_limits& limits_;
    std::variant<head_validator, sized_body, chunk_decoder> reading_;
    request request_;
    std::string body_;
    problem rejection_;
    std::uint8_t empty_lines_ = 0;
    bool keep_alive_ = true;
    bool expects_continue_ = false;
    bool rejected_ = false;
};

} // namespace rill::transport
