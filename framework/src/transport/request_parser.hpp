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

/// Makes requests out of bytes, without I/O: Beast's parser takes heads apart, and sees only what head_validator has
/// let through. One object reads all requests of a connection, one after the other.
class request_parser
{
public:
    enum class state
    {
        need_more,
        head, ///< the head of a request with a body is complete: said once, before anything of the body is taken
        wants_continue, ///< the head is complete and the client waits for 100 Continue (RFC 9110, 10.1.1)
        complete,
        rejected
    };

    /// `limits` must outlive the object.
    explicit request_parser(const connection_limits& limits) : limits_(limits), reading_(head_validator(limits)) {}
    explicit request_parser(connection_limits&&) = delete;
    request_parser(const request_parser&) = delete;
    request_parser& operator=(const request_parser&) = delete;

    /// Takes from `input` what belongs to the request and removes it; what follows stays. A head is left there until it
    /// is complete: the caller appends to `input`, and changes it in no other way. What was rejected stays so, and no
    /// more is taken.
    state put(std::string& input);

    /// Refuses the request whose head has been read, for a reason that is not to be found in it.
    state refuse(problem why) { return reject(std::move(why)); }

    /// How much of the body has been read into the request, in bytes.
    std::size_t body_size() const noexcept { return body_.size(); }

    /// After `complete`; the parser is ready for the next request.
    request take();

    // After `head`: either put() goes on, and reads the body into the request, or the body is read by the caller.

    /// The request whose head has been read.
    const request& head() const noexcept { return request_; }

    /// The request without its body, which read_body() takes apart from now on.
    request take_head() { return std::exchange(request_, {}); }

    /// Takes from `input` what belongs to the body, removes it, and appends its content to `body`. After `complete` the
    /// parser is ready for the next request.
    state read_body(std::string_view& input, std::string& body);

    /// The limit for read_body(), in bytes. A chunk that goes beyond it is rejected; of a body whose size is announced
    /// the caller can tell at once.
    void set_body_limit(std::uint64_t bytes) noexcept;

    /// The body's size; none if it is chunked.
    std::optional<std::uint64_t> announced_size() const noexcept;

    /// How many bytes must come at least until the body is complete; 0 when it is.
    std::uint64_t missing() const noexcept;

    /// Whether the client waits for 100 Continue, if nothing of the body has come.
    bool expects_continue() const noexcept { return expects_continue_; }

    /// Of the request that is being read or was refused; unknown before it has been found out.
    verb method() const noexcept
    {
        const auto* const head = std::get_if<head_validator>(&reading_);
        return head != nullptr ? head->method() : request_.method();
    }

    /// Whether the client wants the connection kept (RFC 9112, 9.3). Valid after `complete`, also once taken.
    bool keep_alive() const noexcept { return keep_alive_; }

    /// The answer to what was rejected, after which the connection must be closed.
    const problem& rejection() const noexcept { return rejection_; }

    /// Whether the request's head has been read.
    bool head_done() const noexcept { return !std::holds_alternative<head_validator>(reading_); }

    /// The same, or it was rejected when it had been read: what follows is a body.
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
