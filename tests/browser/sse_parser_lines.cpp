// Parses event streams for parser_fuzz_test.mjs. Standard input has one stream after the other: the number of its
// pieces, and for each piece its size and its bytes. Numbers are unsigned, 32 bits, little-endian. For each stream it
// prints one line of JSON: {"events": [{"data", "name", "id", "own"}...], "comments": [...], "retry": ms or null,
// "last_id": "..."}.

#include <rill/sse/parser.hpp>

#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace {

namespace json = boost::json;

std::optional<std::uint32_t> read_number()
{
    unsigned char b[4];
    if (std::fread(b, 1, sizeof b, stdin) != sizeof b) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(b[0] | b[1] << 8 | b[2] << 16) | static_cast<std::uint32_t>(b[3]) << 24;
}

bool read_piece(std::string& piece)
{
    const auto size = read_number();
    piece.resize(size.value_or(0));
    return size && std::fread(piece.data(), 1, piece.size(), stdin) == piece.size();
}

bool parse(std::uint32_t pieces)
{
    rill::sse::parser parser;
    json::array events;
    json::array comments;
    parser.on_comment([&](std::string_view text) { comments.emplace_back(text); });
    std::string piece;
    for (; pieces != 0; --pieces) {
        if (!read_piece(piece)) {
            return false;
        }
        std::string_view bytes = piece;
        for (auto e = parser.next(bytes); e && *e; e = parser.next(bytes)) {
            events.push_back(
                json::object{{"data", (*e)->data}, {"name", (*e)->name}, {"id", (*e)->id}, {"own", (*e)->has_own_id}});
        }
    }
    const auto retry = parser.retry();
    const json::object out{{"events", events},
                           {"comments", comments},
                           {"retry", retry ? json::value(retry->count()) : json::value()},
                           {"last_id", parser.last_event_id()}};
    return std::puts(json::serialize(out).c_str()) != EOF;
}

} // namespace

int main()
{
    while (const auto pieces = read_number()) {
        if (!parse(*pieces) || std::fflush(stdout) != 0) {
            return 1;
        }
    }
    return 0;
}
