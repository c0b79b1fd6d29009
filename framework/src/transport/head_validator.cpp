#include "transport/head_validator.hpp"

#include <algorithm>

#include "http/grammar.hpp"
#include "http/whole_number.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t method_bytes = 256;                // the maximum; a longer method is rejected at once
constexpr char tls_handshake = 0x16;                     // the type of a TLS record with a ClientHello (RFC 8446, 5.1)
constexpr std::size_t version_bytes = 8;                 // "HTTP/1.1"
constexpr std::size_t around_target = version_bytes + 2; // the version, a space before it, and a CR after it

verb method_in(std::string_view line) noexcept
{
    const auto method = line.substr(0, std::min(line.find(' '), method_bytes));
    return boost::beast::http::string_to_verb({method.data(), method.size()});
}

// Whether the line has a CR before its last byte. `line` has no LF. A CR at the end is allowed, because the LF may
// follow.
bool has_bare_cr(std::string_view line) noexcept
{
    const auto cr = line.find('\r');
    return cr != line.npos && cr + 1 != line.size();
}

} // namespace

head_validator::state head_validator::put(std::string_view input)
{
    if (rejected_) {
        return state::rejected;
    }
    while (!complete_) {
        const auto end = input.find('\n', std::max(scanned_, line_begin_));
        const auto line = input.substr(line_begin_, end == input.npos ? end : end - line_begin_);
        const auto total = end == input.npos ? input.size() : end + 1;
        if (!check_limits(line, total, end != input.npos)) {
            return state::rejected;
        }
        scanned_ = total;
        if (end == input.npos) {
            return state::need_more;
        }
        line_begin_ = total;
        if (!put_line(line)) {
            return state::rejected;
        }
    }
    return finish() ? state::complete : state::rejected;
}

// Makes the checks that are possible before the line is complete.
bool head_validator::check_limits(std::string_view line, std::size_t total, bool ended)
{
    // Uses one byte more than the limit. Later bytes must not change the result.
    const auto begin = line.substr(0, limits_.max_head_bytes + 1 - line_begin_);
    if (version_ == 0 && !check_start(begin)) {
        return false;
    }
    if (ended && total <= limits_.max_head_bytes) {
        return true;
    }
    if (version_ != 0 && has_bare_cr(begin)) { // reject it before the LF arrives
        return refuse(status::bad_request, "a header line is malformed");
    }
    if (total <= limits_.max_head_bytes) {
        return true;
    }
    method_ = version_ == 0 ? method_in(line) : method_;
    return version_ == 0
               ? refuse(status::uri_too_long,
                        "the request line is longer than " + std::to_string(limits_.max_head_bytes) + " bytes")
               : refuse(status::request_header_fields_too_large,
                        "the request head is longer than " + std::to_string(limits_.max_head_bytes) + " bytes");
}

// Rejects input that is not HTTP by its first bytes. Rejects a target that is too long before it is complete.
bool head_validator::check_start(std::string_view line)
{
    if (line.starts_with(tls_handshake)) {
        return refuse(status::bad_request, "this port speaks HTTP, not TLS");
    }
    const auto begin = line.substr(0, method_bytes + 1);
    const auto space = begin.find(' ');
    const auto method = begin.substr(0, space);
    const bool starts = space == begin.npos ? begin.size() <= method_bytes : space != 0;
    if (!starts || !detail::all_are(method, detail::token_char)) {
        return refuse(status::bad_request, "the request does not begin with a method");
    }
    if (space == begin.npos) {
        return true;
    }
    const auto longest = space + limits_.max_target_bytes + around_target + 1;
    if (has_bare_cr(line.substr(0, longest + 1))) {
        method_ = method_in(line);
        return refuse(status::bad_request, "the request line is malformed");
    }
    if (line.size() > longest) {
        method_ = method_in(line);
        return refuse(status::uri_too_long,
                      "the request target is longer than " + std::to_string(limits_.max_target_bytes) + " bytes");
    }
    return true;
}

bool head_validator::put_line(std::string_view line)
{
    if (version_ == 0) {
        return put_request_line(line);
    }
    if (line == "\r") {
        complete_ = true;
        return true;
    }
    const auto field = parse_field_line(line);
    return field ? put_field(*field) : refuse(status::bad_request, "a header line is malformed");
}

// RFC 9112, 3: method SP request-target SP HTTP-version CRLF
bool head_validator::put_request_line(std::string_view line)
{
    const auto space = line.find(' ');
    const auto last = line.rfind(' ');
    method_ = method_in(line);
    if (!line.ends_with('\r') || last == space || line.find(' ', space + 1) != last) {
        return refuse(status::bad_request, "the request line is malformed");
    }
    return put_version(line.substr(last + 1, line.size() - last - 2)) &&
           put_target(line.substr(space + 1, last - space - 1));
}

bool head_validator::put_version(std::string_view version)
{
    const bool valid = version.size() == version_bytes && version.starts_with("HTTP/") &&
                       detail::is(version[5], detail::digit_char) && version[6] == '.' &&
                       detail::is(version[7], detail::digit_char);
    if (!valid) {
        return refuse(status::bad_request, "the request line does not end with a version of HTTP");
    }
    if (version[5] != '1') {
        return refuse(status::http_version_not_supported, "this server supports HTTP/1.1 and HTTP/1.0");
    }
    version_ = version[7] == '0' ? 10 : 11;
    return true;
}

bool head_validator::put_target(std::string_view text)
{
    const auto target = parse_target(text, method_);
    if (target.kind == request_target::form::invalid) {
        return refuse(status::bad_request, "the request target is malformed");
    }
    if (method_ == verb::connect) {
        return refuse(status::not_implemented, "this server is not a proxy");
    }
    if (target.https) { // RFC 9110, 7.4: https needs a secured connection
        return refuse(status::misdirected_request, "an https target needs a secured connection");
    }
    target_ = target.normalized(method_);
    authority_ = target.authority;
    return true;
}

bool head_validator::put_field(const field_line& field)
{
    const auto named = [&](std::string_view name) { return iequals(field.name, name); };
    switch (field.name.size()) {
    case 4:
        return !named("Host") || put_host(field.value);
    case 6:
        return !named("Expect") || put_expect(field.value);
    case 10:
        return !named("Connection") || put_connection(field.value);
    case 12:
        if (named("Content-Type") && std::exchange(has_content_type_, true)) {
            return refuse(status::bad_request, "there is more than one Content-Type");
        }
        return true;
    case 14:
        if (named("Content_Length")) {
            break;
        }
        return !named("Content-Length") || put_content_length(field.value);
    case 17:
        if (named("Transfer_Encoding")) {
            break;
        }
        return !named("Transfer-Encoding") || put_transfer_encoding(field.value);
    default:
        return true;
    }
    // Programs that get the request from this server, such as CGI scripts, may read '_' as '-'. Clients do not send
    // these names.
    return refuse(status::bad_request, "a header name imitates another one");
}

// RFC 9112, 3.2
bool head_validator::put_host(std::string_view value)
{
    if (std::exchange(has_host_, true)) {
        return refuse(status::bad_request, "there is more than one Host");
    }
    return is_authority(value) || refuse(status::bad_request, "Host is malformed");
}

// RFC 9110, 8.6 allows a server to accept a list of equal lengths, and leading zeros. This server rejects both, because
// proxies interpret them in different ways and clients do not send them.
bool head_validator::put_content_length(std::string_view value)
{
    const auto length = detail::whole_number<std::uint64_t>(value);
    if (!length || (value.front() == '0' && value.size() != 1) || content_length_) {
        return refuse(status::bad_request, "Content-Length must be one number");
    }
    content_length_ = length;
    return true;
}

// RFC 9112, 6.1 and 7
bool head_validator::put_transfer_encoding(std::string_view value)
{
    has_transfer_encoding_ = true;
    const bool valid = detail::for_each_element(value, [&](std::string_view coding) {
        const auto name = detail::trimmed(coding.substr(0, coding.find(';')));
        const bool is_chunked = iequals(name, "chunked");
        if (chunked_ || !detail::is_token(name) || (is_chunked && name != coding)) {
            return false;
        }
        (is_chunked ? chunked_ : unknown_coding_) = true;
        return true;
    });
    return valid || refuse(status::bad_request, "Transfer-Encoding is malformed, or chunked is not its last");
}

bool head_validator::put_connection(std::string_view value)
{
    const bool valid = detail::for_each_element(value, [&](std::string_view option) {
        close_ = close_ || iequals(option, "close");
        keep_alive_ = keep_alive_ || iequals(option, "keep-alive");
        return detail::is_token(option);
    });
    return valid || refuse(status::bad_request, "Connection is malformed");
}

// RFC 9110, 10.1.1
bool head_validator::put_expect(std::string_view value)
{
    (iequals(value, "100-continue") ? expects_continue_ : unknown_expectation_) = true;
    return true;
}

bool head_validator::finish()
{
    if (!has_host_ && version_ >= 11) {
        return refuse(status::bad_request, "the Host header is missing");
    }
    if (has_transfer_encoding_) {
        // In each of these three cases, a client could smuggle a request past a proxy that interprets the head
        // differently (RFC 9112, sections 6.1 and 6.3).
        if (version_ < 11 || content_length_ || !chunked_) {
            return refuse(status::bad_request, "Transfer-Encoding is not allowed here");
        }
        if (unknown_coding_) {
            return refuse(status::not_implemented, "the only supported transfer coding is chunked");
        }
    }
    if (version_ < 11) { // HTTP/1.0 has no interim responses
        expects_continue_ = unknown_expectation_ = false;
    }
    if (unknown_expectation_) {
        return refuse(status::expectation_failed, "the only supported expectation is 100-continue");
    }
    return true;
}

bool head_validator::refuse(status status, std::string detail)
{
    rejected_ = true;
    rejection_ = {.status = status, .detail = std::move(detail), .title = {}};
    return false;
}

} // namespace rill::transport
