#pragma once

#include <memory>
#include <rill/http/limits.hpp>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <string>

namespace rill::transport {

/// Makes requests out of bytes, without I/O: Beast's parser, and the checks that Beast leaves to its user. One object
/// reads all requests of a connection, one after the other.
class request_parser
{
public:
    enum class state
    {
        need_more,
        wants_continue, ///< the head is complete and the client waits for 100 Continue (RFC 9110, 10.1.1)
        complete,
        rejected
    };

    explicit request_parser(const connection_limits& limits);
    ~request_parser();

    /// Takes from `input` what belongs to the request and removes it; what follows stays.
    state put(std::string& input);

    /// After `complete`; the parser is ready for the next request.
    request take();

    /// Whether the client wants the connection kept (RFC 9112, 9.3). Valid after `complete`, also once taken.
    bool keep_alive() const noexcept { return keep_alive_; }

    /// The answer to what was rejected, after which the connection must be closed.
    const problem& rejection() const noexcept { return rejection_; }

    /// Whether the request's head has been read.
    bool head_done() const noexcept;

private:
    struct beast_parser;

    state put_head(std::string& input);
    state put_body(std::string& input);
    state reject(status status, std::string detail);
    state reject_syntax(error_code ec, std::size_t line_end);
    state check_head();
    void keep_head();

    const connection_limits& limits_;
    std::unique_ptr<beast_parser> parser_;
    problem rejection_;
    bool keep_alive_ = true;
    bool start_line_read_ = false;
};

} // namespace rill::transport
