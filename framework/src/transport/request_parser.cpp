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

// RFC 9112, 2.2: some clients send an empty line after a body. A bound, so that a connection can't be held by them.
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
    const bool with_body = validator.chunked() || validator.content_length() != 0;
    const bool waits = with_body && validator.expects_continue() && input.empty();
    if (validator.chunked()) {
        reading_.emplace<chunk_decoder>(limits_);
    } else {
        reading_ = sized_body{validator.content_length()};
    }
    return waits ? state::wants_continue : put_body(input);
}

request_parser::state request_parser::put_body(std::string& input)
{
    if (auto* const chunks = std::get_if<chunk_decoder>(&reading_)) {
        switch (chunks->put(input, body_)) {
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
    body_.append(input, 0, count);
    input.erase(0, count);
    left -= count;
    return left == 0 ? state::complete : state::need_more;
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
    r.body(std::exchange(body_, {}));
    reading_.emplace<head_validator>(limits_);
    empty_lines_ = 0;
    return r;
}

// False when Beast does not read what the validator has: two readers that differ are one too many.
bool request_parser::make_request(std::string_view head, const head_validator& facts)
{
    http::request_parser<http::empty_body> parser;
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());
    parser.body_limit(boost::none);
    std::string as_known;
    if (const auto minor = head.find("\r\n") - 1; facts.version() == 11 && head[minor] != '1') {
        as_known = head; // Beast knows no HTTP/1.2, which is to be read as 1.1 (RFC 9110, 2.5)
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
    request_.version(facts.version());
    auto& fields = request_.fields();
    detail::checked_fields::reserve(fields, static_cast<std::size_t>(std::distance(message.begin(), message.end())));
    for (const auto& field : message) {
        detail::checked_fields::add(fields, view(field.name_string()), view(field.value()));
    }
    return facts.authority().empty() || fields.set("Host", facts.authority()).has_value();
}

} // namespace rill::transport
