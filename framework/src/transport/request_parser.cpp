#include "transport/request_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <iterator>
#include <limits>
#include <utility>

#include "http/checked_fields.hpp"

namespace rill::transport {

namespace http = boost::beast::http;

namespace {

constexpr std::uint8_t max_empty_lines = 8;

std::string_view view(boost::beast::string_view text) noexcept
{
    return {text.data(), text.size()};
}

} // namespace

request_parser::state request_parser::put(std::string& input)
{
    if (rejected_) {
        return state::rejected;
    }
    if (head_done()) {
        return put_body(input);
    }
    const auto skipped = skip_empty_lines(input);
    return skipped == state::complete ? put_head(input) : skipped;
}

// RFC 9112, 2.2: some clients send an empty line after a body. The number is limited, so that a client can't keep a
// connection open with empty lines.
request_parser::state request_parser::skip_empty_lines(std::string& input)
{
    std::size_t begin = 0;
    while (std::string_view(input).substr(begin).starts_with("\r\n") && empty_lines_ < max_empty_lines) {
        begin += 2;
        ++empty_lines_;
    }
    input.erase(0, begin);
    return input.empty() || input == "\r" ? state::need_more : state::complete;
}

request_parser::state request_parser::put_head(std::string& input)
{
    auto& validator = std::get<head_validator>(reading_);
    switch (validator.put(input)) {
    case head_validator::state::need_more:
        return state::need_more;
    case head_validator::state::rejected:
        return reject(validator.rejection());
    case head_validator::state::complete:
        break;
    }
    if (!make_request(std::string_view(input).substr(0, validator.size()), validator)) {
        return reject({.status = status::bad_request, .detail = "the request is malformed", .title = {}});
    }
    input.erase(0, validator.size());
    keep_alive_ = validator.keep_alive();
    expects_continue_ = validator.expects_continue();
    if (validator.chunked()) {
        reading_.emplace<chunk_decoder>(limits_);
        return state::head;
    }
    const auto length = validator.content_length();
    reading_ = sized_body{length, length};
    return length != 0 ? state::head : state::complete;
}

request_parser::state request_parser::put_body(std::string& input)
{
    const auto* const sized = std::get_if<sized_body>(&reading_);
    if (sized != nullptr && sized->size > limits_.max_body_bytes) {
        return reject({.status = status::payload_too_large,
                       .detail = "the body is larger than " + std::to_string(limits_.max_body_bytes) + " bytes",
                       .title = {}});
    }
    if (std::exchange(expects_continue_, false) && input.empty()) {
        return state::wants_continue;
    }
    std::string_view rest(input);
    const auto outcome = take_content(rest, body_);
    input.erase(0, input.size() - rest.size());
    return outcome;
}

request_parser::state request_parser::read_body(std::string_view& input, std::string& body)
{
    if (rejected_) {
        return state::rejected;
    }
    const auto outcome = take_content(input, body);
    if (outcome == state::complete) {
        begin_next();
    }
    return outcome;
}

request_parser::state request_parser::take_content(std::string_view& input, std::string& body)
{
    if (auto* const chunks = std::get_if<chunk_decoder>(&reading_)) {
        switch (chunks->put(input, body)) {
        case chunk_decoder::state::need_more:
            return state::need_more;
        case chunk_decoder::state::rejected:
            return reject(chunks->rejection());
        case chunk_decoder::state::complete:
            return state::complete;
        }
    }
    auto& left = std::get<sized_body>(reading_).left;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, input.size()));
    body.append(input.substr(0, count));
    input.remove_prefix(count);
    left -= count;
    return left == 0 ? state::complete : state::need_more;
}

void request_parser::set_body_limit(std::uint64_t bytes) noexcept
{
    if (auto* const chunks = std::get_if<chunk_decoder>(&reading_)) {
        chunks->set_body_limit(bytes);
    }
}

std::optional<std::uint64_t> request_parser::announced_size() const noexcept
{
    const auto* const sized = std::get_if<sized_body>(&reading_);
    return sized != nullptr ? std::optional(sized->size) : std::nullopt;
}

std::uint64_t request_parser::missing() const noexcept
{
    const auto* const sized = std::get_if<sized_body>(&reading_);
    return sized != nullptr ? sized->left : head_done() ? 1 : 0;
}

request_parser::state request_parser::reject(problem rejection)
{
    rejection_ = std::move(rejection);
    rejected_ = true;
    keep_alive_ = false;
    return state::rejected;
}

request request_parser::take()
{
    request r = std::exchange(request_, {});
    r.set_body(std::exchange(body_, {}));
    begin_next();
    return r;
}

void request_parser::begin_next()
{
    reading_.emplace<head_validator>(limits_);
    empty_lines_ = 0;
}

// Returns false if Beast and the validator interpret the head differently.
bool request_parser::make_request(std::string_view head, const head_validator& facts)
{
    http::request_parser<http::empty_body> parser;
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());
    parser.body_limit(boost::none);
    std::string as_known;
    if (const auto minor = head.find("\r\n") - 1; facts.version() == 11 && head[minor] != '1') {
        as_known = head; // Beast rejects HTTP/1.2, but the server must treat it as 1.1 (RFC 9110, 2.5)
        as_known[minor] = '1';
        head = as_known;
    }
    error_code ec;
    const auto used = parser.put(boost::asio::buffer(head.data(), head.size()), ec);
    const auto& message = parser.get();
    if (ec || used != head.size() || !parser.is_header_done() || parser.chunked() != facts.chunked() ||
        parser.content_length().value_or(0) != facts.content_length())
    {
        return false;
    }
    request_ = request(message.method(), facts.target());
    if (message.method() == verb::unknown) { // an unknown method may have a route
        request_.set_method(view(message.method_string()));
    }
    request_.set_version(facts.version());
    auto& fields = request_.fields();
    detail::checked_fields::reserve(fields, static_cast<std::size_t>(std::distance(message.begin(), message.end())));
    for (const auto& field : message) {
        detail::checked_fields::add(fields, view(field.name_string()), view(field.value()));
    }
    return facts.authority().empty() || fields.set("Host", facts.authority()).has_value();
}

} // namespace rill::transport
