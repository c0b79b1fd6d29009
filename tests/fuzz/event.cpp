// Both encoders write events, and a parser reads them as a browser does. The first byte of the input selects the
// fields. A length precedes each of name, id and comment. The rest is the data.

#include <rill/http/headers.hpp>
#include <rill/pubsub/encoded_event.hpp>
#include <rill/sse/encoder.hpp>

#include "fuzz.hpp"
#include "plain_chunks.hpp"
#include "support/event_parser.hpp"

namespace {

using namespace rill_fuzz;

struct fields
{
    bool has_data = false;
    bool has_name = false;
    bool has_id = false;
    bool has_comment = false;
    bool has_retry = false;
    unsigned retry = 0;
    std::string name;
    std::string id;
    std::string comment;
    std::string data;
};

fields fields_of(source& in)
{
    fields f;
    const auto flags = in.byte();
    f.has_data = (flags & 1) == 0;
    f.has_name = (flags & 2) != 0;
    f.has_id = (flags & 4) != 0;
    f.has_comment = (flags & 8) != 0;
    f.has_retry = (flags & 16) != 0;
    f.name = f.has_name ? in.text(in.byte()) : "";
    f.id = f.has_id ? in.text(in.byte()) : "";
    f.comment = f.has_comment ? in.text(in.byte()) : "";
    f.retry = f.has_retry ? in.byte() * 1'000U + in.byte() : 0;
    f.data = f.has_data ? in.rest() : "";
    return f;
}

// Replaces CR and CRLF with LF, as a client does.
std::string with_lf(const std::string& text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            out += text[i];
        } else if (i + 1 == text.size() || text[i + 1] != '\n') {
            out += '\n';
        }
    }
    return out;
}

std::string trimmed(const std::string& text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == text.npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool fits_a_line(const std::string& text)
{
    return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// Parses the stream. It contains an event with the id "before", and then the event of `f`.
void check_read(const fields& f, const std::string& stream)
{
    auto read = rill_test::parse_events(stream);
    require(read.ended, "an event is complete");
    require(!read.events.empty() && read.events.front() == rill_test::parsed_event{"x", "message", "before"},
            "the previous event is not changed");
    const auto id = f.has_id ? f.id : "before";
    require(read.last_id == id, "the last id is the sent id, or does not change");
    require(read.retry == (f.has_retry ? std::optional(std::to_string(f.retry)) : std::nullopt),
            "the retry time is the sent retry time");
    require(read.events.size() == (f.has_data ? 2 : 1), "one event with data, none without");
    if (f.has_data) {
        require(read.events.back() == rill_test::parsed_event{with_lf(f.data), f.name.empty() ? "message" : f.name, id},
                "decode(encode(x)) is x");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    const auto f = fields_of(in);
    const auto name = rill::sse::event_name::parse(f.name);
    const auto id = rill::sse::event_id::parse(f.id);
    require(name.has_value() == fits_a_line(f.name), "names are one line without NUL");
    rill::headers sent_back;
    require(!id || (f.id.size() <= 1024 && sent_back.set("Last-Event-ID", f.id) && trimmed(f.id) == f.id),
            "a header can hold each id");
    if (!name || !id) {
        return 0;
    }
    rill::sse::event e;
    e.data = f.has_data ? rill::sse::text(f.data) : rill::sse::text();
    e.comment = f.has_comment ? rill::sse::text(f.comment) : rill::sse::text();
    e.name = f.has_name ? *name : rill::sse::event_name();
    e.id = f.has_id ? *id : rill::sse::event_id();
    e.retry = f.has_retry ? rill::sse::retry_time(std::chrono::milliseconds(f.retry)) : rill::sse::retry_time();

    const std::string before = "id: before\ndata: x\n\n";
    std::string wire = before;
    const bool encoded = rill::sse::encode(e, wire).has_value();
    require(encoded == (is_utf8(f.data) && is_utf8(f.name) && is_utf8(f.id) && is_utf8(f.comment)),
            "only UTF-8 is sent");
    if (!encoded) {
        require(wire == before, "a refused event writes nothing");
    } else {
        check_read(f, wire);
    }

    auto draft = rill::pubsub::event_draft::make(e, "topic", "key");
    require(draft.has_value() == encoded, "both encoders accept the same events");
    if (draft) {
        require(draft->own_id() == f.id, "a draft has the id of its publisher");
        const auto event = std::move(*draft).finish(f.id); // an empty id writes no id line
        auto published = f;
        published.has_id = !f.id.empty();
        check_read(published, before + std::string(event.bytes()));
        require(event.data() == f.data && event.name() == f.name && event.id() == f.id,
                "the fields of a published event are not changed");
        const auto chunk = read_plain_chunks(std::string(event.chunk()) + "0\r\n\r\n");
        require(chunk.text == event.bytes(), "the chunk holds the event");
    }
    return 0;
}
