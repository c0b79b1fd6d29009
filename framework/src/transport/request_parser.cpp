#include "transport/request_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <limits>
#include <optional>
#include <utility>

namespace rill::transport {

namespace http = boost::beast::http;

struct request_parser::beast_parser
{
    std::optional<http::request_parser<http::string_body>> message;
    request head; // as it was checked: Beast adds the trailers to the message's fields, where they must not be (RFC
                  // 9110, 6.5.1)
};

namespace {

std::string_view view(boost::beast::string_view text) noexcept
{
    return {text.data(), text.size()};
}

constexpr unsigned char tls_handshake = 0x16; // the type of a client hello's record (RFC 8446, 5.1)

// A method's characters are visible ones (RFC 9110, 5.6.2).
bool begins_request(char c) noexcept
{
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
}

// RFC 9110, 10.1.1: what an HTTP/1.0 client expects is ignored, as it would not know the interim answer.
std::string_view expectation(const http::request_header<>& head) noexcept
{
    return head.version() >= 11 ? view(head[http::field::expect]) : std::string_view();
}

// RFC 9112, 3.2: origin form, absolute form (reduced to its origin form), or "*" with OPTIONS.
std::optional<std::string> origin_form(std::string_view target, verb method)
{
    if (std::ranges::any_of(target, [](char c) {
            return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
        }))
    {
        return std::nullopt;
    }
    if (target.starts_with('/') || (target == "*" && method == verb::options)) {
        return std::string(target);
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.size() > scheme.size() && iequals(target.substr(0, scheme.size()), scheme)) {
            const auto path = target.find_first_of("/?", scheme.size());
            if (path == target.npos) {
                return "/";
            }
            return (target[path] == '?' ? "/" : "") + std::string(target.substr(path));
        }
    }
    return std::nullopt;
}

} // namespace

request_parser::request_parser(const connection_limits& limits)
    : limits_(limits), parser_(std::make_unique<beast_parser>())
{}

request_parser::~request_parser() = default;

bool request_parser::head_done() const noexcept
{
    return parser_->message && parser_->message->is_header_done();
}

request_parser::state request_parser::put(std::string& input)
{
    if (!parser_->message) {
        // RFC 9112, 2.2: empty lines before a request are skipped.
        input.erase(0, std::min(input.find_first_not_of("\r\n"), input.size()));
        if (input.empty()) {
            return state::need_more;
        }
        if (!begins_request(input.front())) { // its end need not be waited for, as it may never come
            return reject(status::bad_request, static_cast<unsigned char>(input.front()) == tls_handshake
                                                   ? "this port speaks HTTP, not TLS"
                                                   : "this is not HTTP");
        }
        parser_->message.emplace();
        start_line_read_ = false;
        parser_->message->header_limit(static_cast<std::uint32_t>(limits_.head_bytes));
        parser_->message->body_limit(limits_.body_bytes);
    }
    return head_done() ? put_body(input) : put_head(input);
}

request_parser::state request_parser::put_head(std::string& input)
{
    auto& message = *parser_->message;
    error_code ec;
    const auto line_end = input.find('\n');
    const auto used = message.put(boost::asio::buffer(input), ec);
    input.erase(0, used);
    if (ec && ec != http::error::need_more) {
        return reject_syntax(ec, line_end);
    }
    start_line_read_ = start_line_read_ || used != 0;
    if (ec) {
        return state::need_more;
    }
    if (const auto checked = check_head(); checked != state::complete) {
        return checked;
    }
    keep_head();
    message.eager(true);
    if (!message.is_done() && input.empty() && iequals(expectation(message.get()), "100-continue")) {
        return state::wants_continue;
    }
    return put_body(input);
}

request_parser::state request_parser::put_body(std::string& input)
{
    auto& message = *parser_->message;
    while (!message.is_done()) {
        if (input.empty()) {
            return state::need_more;
        }
        error_code ec;
        const auto used = message.put(boost::asio::buffer(input), ec);
        input.erase(0, used);
        if (ec == http::error::need_more) {
            return state::need_more;
        }
        if (ec == http::error::body_limit) {
            return reject(status::payload_too_large,
                          "the body is larger than " + std::to_string(limits_.body_bytes) + " bytes");
        }
        if (ec) {
            return reject(status::bad_request, "the body is malformed: " + ec.message());
        }
    }
    return state::complete;
}

request_parser::state request_parser::reject(status status, std::string detail)
{
    rejection_ = {.status = status, .detail = std::move(detail)};
    keep_alive_ = false;
    return state::rejected;
}

request_parser::state request_parser::reject_syntax(error_code ec, std::size_t line_end)
{
    if (ec == http::error::header_limit) {
        if (!start_line_read_ && line_end > limits_.target_bytes) { // or there is none
            return reject(status::uri_too_long,
                          "the request target is longer than " + std::to_string(limits_.target_bytes) + " bytes");
        }
        return reject(status::request_header_fields_too_large,
                      "the request head is longer than " + std::to_string(limits_.head_bytes) + " bytes");
    }
    if (ec == http::error::body_limit) {
        return reject(status::payload_too_large,
                      "the body is larger than " + std::to_string(limits_.body_bytes) + " bytes");
    }
    if (ec == http::error::bad_version) {
        return reject(status::http_version_not_supported, "HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    return reject(status::bad_request, "the request is malformed: " + ec.message());
}

// What Beast lets through.
request_parser::state request_parser::check_head()
{
    const auto& head = parser_->message->get();
    if (head.version() != 11 && head.version() != 10) {
        return reject(status::http_version_not_supported, "HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    if (head.target().size() > limits_.target_bytes) {
        return reject(status::uri_too_long,
                      "the request target is longer than " + std::to_string(limits_.target_bytes) + " bytes");
    }
    if (head.method() == verb::unknown) {
        return reject(status::not_implemented, "the method is not known here");
    }
    const auto hosts = head.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && head.version() == 11)) {
        return reject(status::bad_request, "exactly one Host header is needed"); // RFC 9112, 3.2
    }
    if (head.count(http::field::transfer_encoding) != 0) {
        // Each of these is how requests are smuggled past a proxy that reads them otherwise (RFC 9112, 6.1).
        if (head.version() == 10 || head.count(http::field::content_length) != 0) {
            return reject(status::bad_request, "Transfer-Encoding is not allowed here");
        }
        if (!iequals(view(head[http::field::transfer_encoding]), "chunked") ||
            head.count(http::field::transfer_encoding) != 1)
        {
            return reject(status::not_implemented, "the only transfer coding known here is chunked");
        }
    }
    if (!origin_form(view(head.target()), head.method())) {
        return reject(status::bad_request, "the request target is malformed");
    }
    if (const auto expect = expectation(head); !expect.empty() && !iequals(expect, "100-continue")) {
        return reject(status::expectation_failed, "the only expectation known here is 100-continue");
    }
    return state::complete;
}

request request_parser::take()
{
    request r = std::exchange(parser_->head, {});
    r.body(std::move(parser_->message->get().body()));
    parser_->message.reset();
    return r;
}

void request_parser::keep_head()
{
    const auto& message = parser_->message->get();
    keep_alive_ = message.keep_alive();
    request r(message.method(), *origin_form(view(message.target()), message.method()));
    r.version(message.version());
    for (const auto& field : message) {
        // What Beast's parser has accepted is a valid field, so that this cannot fail.
        static_cast<void>(r.fields().add(view(field.name_string()), view(field.value())));
    }
    parser_->head = std::move(r);
}

} // namespace rill::transport
