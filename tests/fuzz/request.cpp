// A sequence of requests with heads and bodies, as a connection reads them. The first byte of the input selects the
// limits and the cuts of the rest.

#include <map>
#include <utility>

#include "fuzz.hpp"
#include "plain_chunks.hpp"
#include "transport/request_parser.hpp"

namespace {

using namespace rill_fuzz;
using rill::transport::request_parser;

rill::connection_limits limits_of(std::uint8_t seed)
{
    rill::connection_limits limits;
    if ((seed & 1) != 0) { // low enough that inputs reach them
        limits.max_target_bytes = 24;
        limits.max_head_bytes = 96;
        limits.max_body_bytes = 16;
    }
    return limits;
}

using field_map = std::multimap<std::string, std::string>;

field_map fields_of(const rill::request& r)
{
    field_map fields;
    for (const auto& f : r.fields()) {
        fields.emplace(lower_case(f.name), f.value);
    }
    return fields;
}

std::string method_of(const rill::request& r)
{
    return std::string(r.method_name());
}

std::string described(const rill::request& r)
{
    auto text = method_of(r) + ' ' + std::string(r.target()) + ' ' + std::to_string(r.version()) + '\n';
    for (const auto& f : r.fields()) {
        text.append(f.name).append("=").append(f.value).append("\n");
    }
    return text + '\n' + r.body();
}

// Splits the head only by line ends, spaces and colons. The result must be the same request.
void check_against_bytes(const rill::request& r, std::string_view bytes)
{
    while (bytes.starts_with("\r\n")) {
        bytes.remove_prefix(2);
    }
    const auto head_end = bytes.find("\r\n\r\n");
    require(head_end != bytes.npos, "an accepted head ends with an empty line");
    const auto head = bytes.substr(0, head_end);
    const auto lines = split(head, "\r\n");
    for (const auto& line : lines) {
        require(std::ranges::none_of(
                    line, [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F; }),
                "no control characters in an accepted head");
    }
    const auto words = split(lines.front(), " ");
    require(words.size() == 3 && words[0] == method_of(r),
            "a request line has three words, and the first is the method");
    require(words[2] == "HTTP/1.0" ? r.version() == 10 : words[2].starts_with("HTTP/1.") && r.version() == 11,
            "the third word is the version");

    field_map fields;
    for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
        const auto colon = line->find(':');
        require(colon != line->npos && colon != 0, "each line has a name");
        fields.emplace(lower_case(line->substr(0, colon)), bare(std::string_view(*line).substr(colon + 1)));
    }
    if (!words[1].starts_with('/') && words[1] != "*") { // absolute form: its authority replaces Host
        const auto scheme = lower_case(words[1]).find("http://");
        const auto rest = std::string_view(words[1]).substr(7);
        const auto authority = rest.substr(0, rest.find_first_of("/?"));
        require(scheme == 0, "the absolute form is http");
        fields.erase("host");
        fields.emplace("host", authority);
        auto path = std::string(rest.substr(authority.size()));
        if (path.empty() && r.method() == rill::verb::options) {
            path = "*";
        } else if (!path.starts_with('/')) {
            path.insert(0, "/");
        }
        require(r.target() == path, "the rest of the absolute form is the target");
    } else {
        require(r.target() == words[1], "the second word is the target");
    }
    require(fields_of(r) == fields, "the fields are the fields of the lines");
    require(fields.count("host") == 1 || (fields.count("host") == 0 && r.version() == 10), "one Host");
    require(!fields.contains("content-length") || !fields.contains("transfer-encoding"), "not two framings");

    const auto body = bytes.substr(head_end + 4);
    if (fields.contains("transfer-encoding")) {
        const auto plain = read_plain_chunks(body);
        require(plain.text == r.body() && plain.bytes == body.size(), "the chunks are the body");
    } else {
        const auto length = fields.contains("content-length") ? std::stoull(fields.find("content-length")->second) : 0;
        require(body.size() == length && r.body() == body, "Content-Length is the size of the body");
    }
}

// Writes the request as a client would, and reads it again. The parser must accept it without a change.
void check_written_again(const rill::request& r, bool keep_alive)
{
    rill::connection_limits limits;
    limits.max_target_bytes += 64; // a normalized target may be longer
    limits.max_head_bytes += 64;
    std::string bytes =
        method_of(r) + ' ' + std::string(r.target()) + (r.version() == 10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const auto& f : r.fields()) {
        if (lower_case(f.name) != "transfer-encoding" && lower_case(f.name) != "content-length") {
            bytes += f.name + ": " + f.value + "\r\n";
        }
    }
    bytes += "Content-Length: " + std::to_string(r.body().size()) + "\r\n\r\n" + r.body();

    auto wanted = fields_of(r);
    wanted.erase("transfer-encoding");
    wanted.erase("content-length");
    wanted.emplace("content-length", std::to_string(r.body().size()));
    limits.max_head_bytes += 2 * r.fields().size();
    request_parser parser(limits);
    auto state = parser.put(bytes);
    state = state == request_parser::state::head ? parser.put(bytes) : state;
    require(state == request_parser::state::complete && bytes.empty(), "a written request is accepted");
    const auto again = parser.take();
    require(again.method() == r.method() && again.target() == r.target() && again.version() == r.version() &&
                again.body() == r.body() && fields_of(again) == wanted && parser.keep_alive() == keep_alive,
            "a written request is read as the same request");
}

// Returns all results that a connection gets for these bytes, as text.
std::string told(const std::vector<std::string>& pieces, const rill::connection_limits& limits, bool streams = false)
{
    request_parser parser(limits);
    std::string input;
    std::string all;
    std::string body;
    bool in_body = false; // the body is read while it arrives
    rill::request head;
    const auto put = [&] {
        if (!in_body) {
            auto state = parser.put(input);
            in_body = state == request_parser::state::head && streams &&
                      parser.announced_size().value_or(0) <= limits.max_body_bytes;
            if (!in_body) {
                return state == request_parser::state::head ? parser.put(input) : state;
            }
            head = parser.take_head();
        }
        std::string_view rest(input);
        const auto state = parser.read_body(rest, body);
        input.erase(0, input.size() - rest.size());
        return state;
    };
    for (const auto& piece : pieces) {
        input += piece;
        for (;;) {
            const auto before = input;
            const auto state = put();
            if (state == request_parser::state::rejected) {
                return all + "rejected " + std::to_string(static_cast<unsigned>(parser.rejection().status)) + ' ' +
                       parser.rejection().detail + (parser.head_ended() ? " behind the head" : " in the head");
            }
            if (state != request_parser::state::complete) {
                break;
            }
            auto r = in_body ? std::exchange(head, {}) : parser.take();
            if (std::exchange(in_body, false)) {
                r.set_body(std::exchange(body, {}));
            }
            if (pieces.size() == 1) {
                check_against_bytes(r, std::string_view(before).substr(0, before.size() - input.size()));
                check_written_again(r, parser.keep_alive());
            }
            all += described(r) + (parser.keep_alive() ? "\nkept\n" : "\nclosed\n");
            if (!parser.keep_alive()) {
                return all;
            }
        }
    }
    return all + (parser.head_done() ? "waits for a body" : "waits for a head");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    const auto seed = in.byte();
    const auto limits = limits_of(seed);
    const auto bytes = in.rest();
    const auto whole = told(cut(bytes, 0), limits);
    require(told(cut(bytes, 1), limits) == whole, "the result is the same byte by byte");
    require(told(cut(bytes, seed | 2), limits) == whole, "the result is the same for any cut");
    require(told(cut(bytes, 0), limits, true) == whole, "the result is the same for a streamed body");
    require(told(cut(bytes, seed | 2), limits, true) == whole,
            "the result is the same for a streamed body and any cut");
    return 0;
}
