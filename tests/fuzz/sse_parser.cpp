// Event streams, parsed in pieces and as a whole. The first two bytes choose the cuts and the limits; the stream is the
// rest.

#include <rill/sse/parser.hpp>

#include "fuzz.hpp"
#include "support/event_parser.hpp"

namespace {

using namespace rill_fuzz;

struct outcome
{
    std::vector<rill::sse::parsed_event> events;
    std::vector<std::string> comments;
    std::string last_id;
    bool failed = false;

    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome parse(const std::vector<std::string>& pieces, rill::sse::parser_limits limits)
{
    rill::sse::parser parser(limits);
    outcome out;
    parser.on_comment([&](std::string_view text) { out.comments.emplace_back(text); });
    for (const auto& piece : pieces) {
        std::string_view bytes = piece;
        auto event = parser.next(bytes);
        for (; event && *event; event = parser.next(bytes)) {
            out.events.push_back(std::move(**event));
        }
        out.failed = !event;
        require(out.failed || bytes.empty(), "all bytes are read before the parser asks for more");
    }
    out.last_id = parser.last_event_id();
    require(!parser.retry() || parser.retry()->count() >= 0, "a retry time is not negative");
    return out;
}

void check_limits(const outcome& out, rill::sse::parser_limits limits)
{
    for (const auto& event : out.events) {
        require(event.data.size() + event.id.size() + (event.name == "message" ? 0 : event.name.size()) <=
                    limits.max_event_bytes,
                "an event is within its limit");
        require(is_utf8(event.data) && is_utf8(event.name) && is_utf8(event.id), "an event is UTF-8");
    }
    for (const auto& comment : out.comments) {
        require(is_utf8(comment) && comment.size() <= 3 * limits.max_line_bytes,
                "a comment is UTF-8 and within its limit");
    }
}

// The other parser has neither limits nor pieces.
void check_standard(const outcome& out, const std::string& stream)
{
    const auto expected = rill_test::parse_events(stream);
    require(out.last_id == expected.last_id, "the last id is that of the standard");
    require(out.events.size() == expected.events.size(), "there are as many events as in the standard");
    for (std::size_t i = 0; i < out.events.size(); ++i) {
        const auto& [data, name, id, own] = out.events[i];
        require(rill_test::parsed_event{data, name, id} == expected.events[i], "each event is that of the standard");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    const auto cuts = in.byte();
    const auto small = in.byte();
    const auto stream = in.rest();
    const rill::sse::parser_limits unlimited;
    const auto whole = parse({stream}, unlimited);
    require(parse(cut(stream, cuts), unlimited) == whole, "the cuts do not matter");
    check_limits(whole, unlimited);
    if (is_utf8(stream)) {
        check_standard(whole, stream);
    }
    const rill::sse::parser_limits limits{.max_line_bytes = small, .max_event_bytes = small};
    const auto limited = parse({stream}, limits);
    require(parse(cut(stream, cuts), limits).failed == limited.failed, "the cuts do not matter for the limits");
    check_limits(limited, limits);
    require(limited.failed || limited == whole, "limits change nothing else");
    return 0;
}
