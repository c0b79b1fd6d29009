#include "testing/backplane_contract/sample_events.hpp"

#include <stdexcept>

namespace rill::testing::contract {

using namespace std::string_literals;

sse::event sample_event::as_event() const
{
    sse::event e;
    if (data) {
        e.data = *data;
    }
    if (!name.empty()) {
        const auto parsed = sse::event_name::parse(name);
        if (!parsed) {
            throw std::logic_error("the name of a sample event is not valid");
        }
        e.name = *parsed;
    }
    if (!comment.empty()) {
        e.comment = comment;
    }
    if (retry) {
        e.retry = *retry;
    }
    return e;
}

std::vector<sample_event> sample_events()
{
    using std::chrono::milliseconds;
    constexpr std::size_t mebibyte = 1024UL * 1024;
    const std::string umlauts = "\u00fcber \u65e5\u672c\u8a9e \U0001f600";
    return {
        {.what = "an event with data only", .data = "plain"},
        {.what = "an event without a topic", .topic = "", .data = "no topic"},
        {.what = "an event with empty data", .name = "empty data", .data = ""},
        {.what = "an event without data", .name = "no data"},
        {.what = "an event with a comment only", .comment = "only a comment"},
        {.what = "an event with a retry time only", .retry = milliseconds(1500)},
        {.what = "an event with the retry time 0", .data = "retry 0", .retry = milliseconds(0)},
        {.what = "an event with all fields",
         .topic = "rooms/1/typing",
         .key = "the key",
         .name = "the name",
         .data = "all fields",
         .comment = "a comment",
         .retry = milliseconds(1)},
        {.what = "data with LF", .data = "one\ntwo\n\nfour\n"},
        {.what = "data with CR", .data = "one\rtwo\r"},
        {.what = "data with CR LF", .data = "one\r\ntwo\r\n\r\n"},
        {.what = "data with mixed line ends", .data = "\n\r\r\n\n\rend"},
        {.what = "data with LF only", .data = "\n"},
        {.what = "data with spaces at both ends", .data = "  two spaces  "},
        {.what = "data that looks like fields", .data = "data: x\nid: 7\nevent: y\n: comment"},
        {.what = "data with NUL and control characters", .data = "nul\0\x01\x1f\x7f.end"s},
        {.what = "data with quotation marks", .data = "'; DROP TABLE events; -- \" \\ % { } $1"},
        {.what = "a comment with several lines", .data = "long comment", .comment = "first\nsecond\n\nfourth"},
        {.what = "text that is not ASCII",
         .topic = "r\u00e4ume/" + umlauts,
         .key = umlauts,
         .name = umlauts,
         .data = umlauts,
         .comment = umlauts},
        {.what = "a topic with spaces and dots", .topic = "a b/c.d/>/$x", .data = "topic with special characters"},
        {.what = "a topic that has segments without text", .topic = "//a//", .data = "topic with empty segments"},
        {.what = "a topic of 256 bytes", .topic = std::string(256, 't'), .data = "long topic"},
        {.what = "a key with line ends", .key = "key\r\nsecond: line\n", .data = "key with line ends"},
        {.what = "a key and a name of 1 KiB",
         .key = std::string(1024, 'k'),
         .name = std::string(1024, 'n'),
         .data = "long key and name"},
        {.what = "a name with spaces and colons", .name = " data: name ", .data = "name with spaces"},
        {.what = "data of 64 KiB", .data = std::string(64UL * 1024, 'x')},
        {.what = "data of 1 MiB", .data = std::string(mebibyte, 'y') + "\n" + umlauts},
    };
}

} // namespace rill::testing::contract
