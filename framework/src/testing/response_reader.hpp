#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <rill/core/error.hpp>
#include <rill/testing/response.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace rill::testing::detail {

/// Parses the responses of a connection, one after another, without I/O. Skips interim responses (RFC 9110, section
/// 15.2).
class response_reader
{
public:
    response_reader() { begin({}); }

    /// Starts to parse the response to a request with this method. It begins with the bytes that follow the previous
    /// response.
    void begin(std::string_view method);

    void feed(std::string_view bytes);
    /// Call it when the connection has ended. Without a reset, this completes a body of unknown size.
    void finish(bool reset = false);

    bool has_head() const { return parser_->is_header_done(); }
    bool is_complete() const { return parser_->is_done(); }
    /// The error: the bytes are not a response, or the connection ended before the end of the response.
    const std::optional<error_code>& failure() const noexcept { return failure_; }

    /// Requires has_head().
    int status() const { return static_cast<int>(parser_->get().result_int()); }
    rill::headers headers() const;

    /// Returns the part of the body that has arrived since the last call, without the chunk framing.
    std::string take_body();

    /// Removes and returns the bytes after the last complete response.
    std::string take_unparsed() { return std::exchange(unparsed_, {}); }

private:
    void reset_parser();
    void parse();

    using parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

    std::optional<parser> parser_;
    std::string unparsed_;
    std::optional<error_code> failure_;
    bool to_head_ = false;
};

} // namespace rill::testing::detail
