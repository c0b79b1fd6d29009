// The first line of the input is the Last-Event-ID of a client. The other lines are ids of published events.

#include "pubsub/replay_buffer.hpp"
#include <boost/json/parse.hpp>
#include <cerrno>
#include <deque>
#include <rill/pubsub/encoded_event.hpp>
#include <rill/sse/endpoint.hpp>

#include "fuzz.hpp"
#include "support/event_parser.hpp"

namespace {

using namespace rill_fuzz;
using rill::pubsub::detail::replay_buffer;

constexpr std::size_t held = 4;

// Returns the value if the whole text is a number from 0 to 2^62.
std::optional<std::int64_t> number_of(const std::string& text)
{
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) {
        return std::nullopt;
    }
    errno = 0;
    const auto value = std::strtoll(text.c_str(), nullptr, 10);
    constexpr long long largest = 1LL << 62;
    return errno == 0 && value >= 0 && value <= largest ? std::optional<std::int64_t>(value) : std::nullopt;
}

void check_request(const std::string& id, std::uint8_t seed)
{
    const rill::sse::endpoint_options options;
    rill::request r(rill::verb::get, "/events?a=b&lastEventId=" + percent_encode(id, seed));
    require(rill::sse::detail::last_event_id(r, options) == id, "the query gives the id");
    if (r.fields().set("Last-Event-ID", "of the header")) {
        require(rill::sse::detail::last_event_id(r, options) == "of the header",
                "the header has priority over the query");
    }
    const bool printable = std::ranges::none_of(
        id, [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F; });
    require(r.fields().set("Last-Event-ID", id).has_value() == printable, "a header holds no control characters");
    if (printable) {
        require(rill::sse::detail::last_event_id(r, options) == id, "the header gives the id");
    }
    const rill::sse::event_stream stream(id);
    require(stream.last_event_id() == id, "the stream has the id");
    require(stream.last_event_number(-77) == number_of(id).value_or(-77), "a numeric id is available as a number");
}

void check_gap(const std::string& requested, const std::string& oldest)
{
    const auto gap = rill::pubsub::make_gap(requested, oldest);
    const auto read = rill_test::parse_events(gap.bytes());
    require(read.ended && read.events.size() == 1 && read.events.front().name == "gap" && is_utf8(gap.bytes()),
            "each request gets exactly one notice");
    const auto told = boost::json::parse(read.events.front().data).as_object();
    const std::string_view asked = told.at("requested").as_string();
    require(told.size() == 2 && asked.size() <= 128, "a notice is short");
    if (requested.size() <= 128 && is_utf8(requested)) {
        require(asked == requested, "the notice has the requested id");
    }
    require(told.at("oldest").is_null() == oldest.empty(), "the notice has the oldest id");
}

// Checks where a reader continues after the event `seen`. It must get all later events, and no others.
void check_after(const replay_buffer& past, std::uint64_t seen, std::uint64_t newest)
{
    const auto from = past.after(seen);
    const auto oldest = newest > held ? newest - held + 1 : 1;
    require(from.has_value() == (seen >= oldest - 1), "a lost event is detected");
    if (!from) {
        return;
    }
    auto next = seen >= newest ? newest + 1 : seen + 1;
    for (const auto* e = past.at_or_after(*from); e != nullptr; e = past.at_or_after(e->at + 1)) {
        require(e->sequence == next++, "the events are in order");
    }
    require(next == newest + 1, "the events end with the newest");
}

rill::pubsub::encoded_event event_with(const std::string& id)
{
    return std::move(*rill::pubsub::event_draft::make({.data = "x"})).finish(id);
}

void check_past(const std::string& asked, const std::vector<std::string>& ids)
{
    replay_buffer numbered({.limits = {.max_events = held}});
    replay_buffer named({.limits = {.max_events = held}, .ids = replay_buffer::id_kind::opaque});
    std::deque<std::pair<std::string, std::uint64_t>> known; // the held events, and the one before them
    std::uint64_t newest = 0;
    for (const auto& id : ids) {
        ++newest;
        numbered.append(event_with(std::to_string(newest)), newest, {});
        named.append(event_with(id), newest, {});
        known.emplace_front(id, newest);
        known.resize(std::min(known.size(), held + 1));
    }
    const auto number = numbered.sequence_of(asked);
    const bool is_number = asked == "0" || (!asked.empty() && asked.front() >= '1' && asked.front() <= '9' &&
                                            asked.find_first_not_of("0123456789") == asked.npos);
    require(number ? std::to_string(*number) == asked : !is_number || asked.size() >= 20,
            "a numeric id is found by its decimal text");
    if (number) {
        check_after(numbered, *number, newest);
    }
    const auto found = std::ranges::find(known, asked, &decltype(known)::value_type::first);
    const auto sequence = named.sequence_of(asked);
    require(sequence == (found == known.end() ? std::nullopt : std::optional(found->second)),
            "the newest event with the id is found");
    if (sequence) {
        check_after(named, *sequence, newest);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    const auto asked = in.line();
    std::vector<std::string> ids;
    while (!in.empty() && ids.size() < 3 * held) {
        ids.push_back(in.line());
        std::erase_if(ids.back(), [](char c) { return c == '\r' || c == '\0'; });
    }
    check_request(asked, static_cast<std::uint8_t>(size));
    check_gap(asked, ids.empty() ? "" : ids.front());
    check_past(asked, ids);
    return 0;
}
