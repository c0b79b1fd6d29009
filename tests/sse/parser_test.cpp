#include <rill/sse/parser.hpp>

#include <boost/test/unit_test.hpp>
#include <ostream>
#include <random>
#include <rill/sse/encoder.hpp>
#include <vector>

#include "support/event_parser.hpp"

namespace rill::sse {

inline std::ostream& operator<<(std::ostream& out, const parsed_event& e)
{
    return out << e.name << '|' << e.data << '|' << e.id << '|' << e.has_own_id;
}

} // namespace rill::sse

BOOST_AUTO_TEST_SUITE(parser_test)

using namespace std::chrono_literals;
using namespace std::string_literals;
using rill::sse::parsed_event;
using rill::sse::parser;

namespace {

struct outcome
{
    std::vector<parsed_event> events;
    std::vector<std::string> comments;
    std::string last_id;
    std::optional<std::chrono::milliseconds> retry;
    rill::error_code error;

    friend bool operator==(const outcome&, const outcome&) = default;
};

// Reads all events of one piece.
void read(parser& p, std::string_view piece, outcome& out)
{
    for (;;) {
        auto e = p.next(piece);
        if (!e) {
            out.error = e.error();
            return;
        }
        if (!*e) {
            BOOST_REQUIRE(piece.empty());
            return;
        }
        out.events.push_back(std::move(**e));
    }
}

outcome parse(const std::vector<std::string>& pieces, rill::sse::parser_limits limits = {}, std::string id = {})
{
    parser p(limits, std::move(id));
    outcome out;
    p.on_comment([&](std::string_view text) { out.comments.emplace_back(text); });
    for (const auto& piece : pieces) {
        if (!out.error) {
            read(p, piece, out);
        }
    }
    out.last_id = p.last_event_id();
    out.retry = p.retry();
    return out;
}

bool is_too_large(rill::error_code ec)
{
    return ec == rill::error::message_too_large;
}

std::vector<parsed_event> events_of(const std::string& stream)
{
    return parse({stream}).events;
}

std::string data_of(const std::string& stream)
{
    const auto events = events_of(stream);
    BOOST_REQUIRE_EQUAL(events.size(), 1U);
    return events.front().data;
}

parsed_event message(std::string data, std::string id = {}, bool own = false)
{
    return {std::move(data), "message", std::move(id), own};
}

std::vector<std::string> cut(std::string_view text, std::mt19937& random)
{
    std::vector<std::string> pieces;
    while (!text.empty()) {
        const auto size = std::min<std::size_t>(random() % 7 + (random() % 4 == 0 ? 20 : 0), text.size());
        pieces.emplace_back(text.substr(0, size)); // an empty piece, too
        text.remove_prefix(size);
    }
    return pieces;
}

std::string random_stream(std::mt19937& random)
{
    static const std::vector<std::string> tokens{
        "data",         "data:",    "data: ", "id",          "id: ",    "event: ",
        "retry: ",      "retry:12", ":",      " ",           "  ",      "x",
        "\t",           "1",        "\n",     "\r",          "\r\n",    "\n\n",
        "\r\r",         "\r\n\r\n", "\n\r",   "Data: ",      "\xc3",    "\xe2\x82",
        "\xe2\x82\xac", "\xf0\x9f", "\xff",   "\x80",        "\0"s,     "\xef\xbb\xbf",
        "\xef\xbb",     "id:\0"s,   "data\n", "data: y\n\n", "id: 7\n", "unknown: z"};
    std::string out;
    for (auto count = random() % 40; count != 0; --count) {
        out += tokens[random() % tokens.size()];
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(examples_of_the_standard)
{
    // WHATWG HTML, section 9.2.6
    BOOST_TEST((events_of("data: YHOO\ndata: +2\ndata: 10\n\n") == std::vector{message("YHOO\n+2\n10")}));
    const auto four =
        parse({": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"});
    const std::vector<parsed_event> expected{message("first event", "1", true), message("second event", "", true),
                                             message(" third event")};
    BOOST_TEST(four.events == expected, boost::test_tools::per_element());
    BOOST_TEST(four.comments == std::vector{"test stream"s}, boost::test_tools::per_element());
    const std::vector<parsed_event> empty{message(""), message("\n")};
    BOOST_TEST(events_of("data\n\ndata\ndata\n\ndata:") == empty, boost::test_tools::per_element());
    BOOST_TEST((events_of("data:test\n\ndata: test\n\n") == std::vector{message("test"), message("test")}));
}

BOOST_AUTO_TEST_CASE(each_line_end_ends_a_line_at_once)
{
    for (const auto* end : {"\n", "\r", "\r\n"}) {
        const auto line_end = std::string(end);
        BOOST_TEST(data_of("data: a" + line_end + "data: b" + line_end + line_end) == "a\nb");
    }
    // The event is complete with the second CR. It does not wait for an LF that may follow.
    parser p;
    outcome out;
    read(p, "data: a\r", out);
    BOOST_TEST(out.events.empty());
    read(p, "\r", out);
    BOOST_TEST(out.events.size() == 1U);
    read(p, "\ndata: b\r\n", out); // that LF belongs to the second CR
    BOOST_TEST(out.events.size() == 1U);
    read(p, "\r", out);
    BOOST_TEST(out.events.size() == 2U);
    BOOST_TEST(out.events.back().data == "b");
}

BOOST_AUTO_TEST_CASE(fields)
{
    BOOST_TEST(events_of("event: tick\ndata: 1\n\ndata: 2\n\n").front().name == "tick");
    BOOST_TEST(events_of("event: tick\ndata: 1\n\ndata: 2\n\n").back().name == "message"); // not kept
    BOOST_TEST(events_of("event: tick\n\ndata: 2\n\n").front().name == "message");         // nor without data
    BOOST_TEST(events_of("event: a\nevent: b\ndata: 1\n\n").front().name == "b");
    BOOST_TEST(events_of("event: a\nevent:\ndata: 1\n\n").front().name == "message");
    for (const auto* unknown : {"Data: 1", " data: 1", "data : 1", "dat", "data1: 2", "\ufeffdata: 1"}) {
        BOOST_TEST(events_of("\n" + std::string(unknown) + "\n\n").empty());
    }
    BOOST_TEST(data_of("data: a\0b\n\n"s) == "a\0b"s);
    BOOST_TEST(data_of("data::a\n\n") == ":a");
    BOOST_TEST(data_of("data:\ta\n\n") == "\ta");
}

BOOST_AUTO_TEST_CASE(ids_are_kept_and_take_effect_with_the_end_of_their_event)
{
    const auto out = parse({"id: 1\n\ndata: a\n\nid: 2\0\ndata: b\n\nid: 3\n"s});
    const std::vector<parsed_event> expected{message("a", "1"), message("b", "1")};
    BOOST_TEST(out.events == expected, boost::test_tools::per_element());
    BOOST_TEST(out.last_id == "1"); // the event with 3 is incomplete
    BOOST_TEST(parse({"id: 1\n\nid\n\n"}).last_id.empty());
    const auto resumed = parse({"data: a\n\n"}, {}, "41");
    BOOST_TEST(resumed.events.front().id == "41");
    BOOST_TEST(!resumed.events.front().has_own_id);
    BOOST_TEST(resumed.last_id == "41");
}

BOOST_AUTO_TEST_CASE(retry_consists_of_digits)
{
    const auto retry_of = [](const std::string& value) { return parse({"retry: " + value + "\n"}).retry; };
    BOOST_TEST((retry_of("0") == 0ms));
    BOOST_TEST((retry_of("00250") == 250ms));
    BOOST_TEST((retry_of("2147483648") == 2'147'483'647ms));
    BOOST_TEST((retry_of("99999999999999999999999999") == 2'147'483'647ms));
    for (const auto* wrong : {"", " 1", "1 ", "-1", "+1", "1.5", "1e3", "0x10", "a"}) {
        BOOST_TEST(!retry_of(wrong).has_value());
    }
    BOOST_TEST((parse({"retry: 10\nretry: x\n"}).retry == 10ms));
    BOOST_TEST(!parse({"retry: 10"}).retry.has_value());
}

BOOST_AUTO_TEST_CASE(only_the_first_byte_order_mark_is_skipped)
{
    const std::string mark = "\xef\xbb\xbf";
    BOOST_TEST(data_of(mark + "data: a\n\n") == "a");
    BOOST_TEST(events_of(mark + mark + "data: a\n\n").empty());
    BOOST_TEST(events_of("\n" + mark + "data: a\n\n").empty());
    BOOST_TEST(data_of("data: " + mark + "a\n\n") == mark + "a");
    BOOST_TEST(parse({"\xef", "\xbb", "\xbf", "data: a\n\n"}).events.size() == 1U);
}

// The expected results are those of TextDecoder in browsers.
BOOST_AUTO_TEST_CASE(malformed_utf8_becomes_replacement_characters)
{
    const std::string bad = "\xef\xbf\xbd";
    const std::vector<std::pair<std::string, std::string>> table{
        {"\xff", bad},
        {"\x80", bad},
        {"a\xc3z", "a" + bad + "z"},
        {"\xc0\xaf", bad + bad},
        {"\xe2\x82", bad},
        {"\xe2\x82z", bad + "z"},
        {"\xe2\x28\xa1", bad + "(" + bad},
        {"\xe0\x80\x80", bad + bad + bad},
        {"\xed\xa0\x80", bad + bad + bad},
        {"\xf0\x9f\x98", bad},
        {"\xf0\x9f\x98z", bad + "z"},
        {"\xf0\x80\x80\x80", bad + bad + bad + bad},
        {"\xf4\x90\x80\x80", bad + bad + bad + bad},
        {"\xf5\x80", bad + bad},
        {"\xf0\x9f\xf0\x9f\x98\x80", bad + "\xf0\x9f\x98\x80"},
        {"\xe2\x82\xac", "\xe2\x82\xac"},
    };
    for (const auto& [sent, expected] : table) {
        BOOST_TEST(data_of("data: " + sent + "\n\n") == expected);
    }
    const auto event = events_of("event: \xff\nid: \xff\ndata: 1\n\n").front();
    BOOST_TEST(event.name == bad);
    BOOST_TEST(event.id == bad);
}

BOOST_AUTO_TEST_CASE(limits_of_lines)
{
    const rill::sse::parser_limits limits{.max_line_bytes = 10};
    BOOST_TEST(!parse({"data: 1234\n\n"}, limits).error);
    for (const auto& pieces : std::vector<std::vector<std::string>>{
             {"data: 12345\n\n"}, {"data: 12345"}, {"data: 1234", "5"}, {"data", ": 12345\n\n"}, {":0123456789"}})
    {
        const auto out = parse(pieces, limits);
        BOOST_TEST(is_too_large(out.error));
        BOOST_TEST(out.events.empty());
    }
}

BOOST_AUTO_TEST_CASE(limits_of_events)
{
    const rill::sse::parser_limits limits{.max_event_bytes = 10};
    BOOST_TEST(!parse({"data: 1234\ndata: 56789\n\n"}, limits).error);
    BOOST_TEST(!parse({"event: 12345\nevent: 67890\n\ndata: 0123456789\n\n"}, limits).error);
    BOOST_TEST(is_too_large(parse({"data: 1234\ndata: 567890\n"}, limits).error));
    BOOST_TEST(is_too_large(parse({"event: 123456\ndata: 12345\n"}, limits).error));
    BOOST_TEST(is_too_large(parse({"id: 123456\ndata: 12345\n"}, limits).error));
    BOOST_TEST(is_too_large(parse({"data: \xff\xff\xff\xff\n"}, limits).error)); // decoded
    parser p(limits);
    std::string_view bytes = "data: 01234567890\n\n";
    BOOST_TEST(!p.next(bytes).has_value());
    bytes = "data: 1\n\n";
    BOOST_TEST(!p.next(bytes).has_value()); // it stays failed
}

BOOST_AUTO_TEST_CASE(any_cut_gives_the_same_events)
{
    std::mt19937 random(17);
    std::size_t events = 0;
    for (int n = 0; n < 20'000; ++n) {
        const auto stream = random_stream(random);
        const auto whole = parse({stream});
        BOOST_REQUIRE(parse(cut(stream, random)) == whole);
        std::vector<std::string> bytes;
        for (const char c : stream) {
            bytes.emplace_back(1, c);
        }
        BOOST_REQUIRE(parse(bytes) == whole);
        events += whole.events.size();
    }
    BOOST_TEST(events > 10'000U);
}

// The other parser is written step by step after the standard, without limits, pieces and decoding.
BOOST_AUTO_TEST_CASE(agrees_with_a_parser_of_whole_streams)
{
    std::mt19937 random(18);
    for (int n = 0; n < 50'000; ++n) {
        const auto stream = random_stream(random);
        if (!rill::sse::is_valid_utf8(stream)) {
            continue;
        }
        const auto expected = rill_test::parse_events(stream);
        const auto seen = parse(cut(stream, random));
        BOOST_REQUIRE_EQUAL(seen.events.size(), expected.events.size());
        for (std::size_t i = 0; i < seen.events.size(); ++i) {
            BOOST_REQUIRE_EQUAL(seen.events[i].data, expected.events[i].data);
            BOOST_REQUIRE_EQUAL(seen.events[i].name, expected.events[i].name);
            BOOST_REQUIRE_EQUAL(seen.events[i].id, expected.events[i].id);
        }
        BOOST_REQUIRE_EQUAL(seen.last_id, expected.last_id);
        BOOST_REQUIRE_EQUAL(seen.retry.has_value(), expected.retry.has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
