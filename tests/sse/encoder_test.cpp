#include <rill/sse/encoder.hpp>

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace std::chrono_literals;
using rill::sse::encode;
using rill::sse::event;

BOOST_AUTO_TEST_SUITE(encoder_test)

namespace {

std::string encoded(const event& e)
{
    std::string out;
    BOOST_REQUIRE(encode(e, out).has_value());
    return out;
}

struct dispatched
{
    std::string type;
    std::string data;
    std::string last_id;

    friend bool operator==(const dispatched&, const dispatched&) = default;
    friend std::ostream& operator<<(std::ostream& out, const dispatched& d)
    {
        return out << d.type << '|' << d.data << '|' << d.last_id;
    }
};

// A client that follows the steps of WHATWG HTML 9.2.6. It is independent of the encoder, and simple instead of fast.
class client
{
public:
    std::vector<dispatched> events;
    std::int64_t retry = -1;
    std::string last_id;

    void interpret(std::string_view stream)
    {
        std::string line;
        for (std::size_t i = 0; i < stream.size(); ++i) {
            if (stream[i] == '\r' || stream[i] == '\n') {
                if (stream[i] == '\r' && i + 1 < stream.size() && stream[i + 1] == '\n') {
                    ++i;
                }
                take_line(line);
                line.clear();
            } else {
                line.push_back(stream[i]);
            }
        }
        BOOST_REQUIRE(line.empty()); // an encoded event ends with a complete line
    }

private:
    void take_line(const std::string& line)
    {
        if (line.empty()) {
            return dispatch();
        }
        const auto colon = line.find(':');
        if (colon == 0) {
            return;
        }
        std::string field = line.substr(0, colon);
        std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
        if (!value.empty() && value.front() == ' ') {
            value.erase(0, 1);
        }
        take_field(field, value);
    }

    void take_field(const std::string& field, const std::string& value)
    {
        if (field == "event") {
            type_ = value;
        } else if (field == "data") {
            data_ += value + "\n";
        } else if (field == "id") {
            if (value.find('\0') == std::string::npos) {
                id_buffer_ = value;
            }
        } else if (field == "retry") {
            if (!value.empty() && value.find_first_not_of("0123456789") == std::string::npos) {
                retry = std::stoll(value);
            }
        } else {
            BOOST_FAIL("a field the encoder must not make: " + field);
        }
    }

    void dispatch()
    {
        last_id = id_buffer_;
        if (!data_.empty()) {
            data_.pop_back();
            events.push_back({type_.empty() ? "message" : type_, data_, last_id});
        }
        data_.clear();
        type_.clear();
    }

    std::string type_;
    std::string data_;
    std::string id_buffer_;
};

// Converts CR and CRLF to LF, as a client does.
std::string normalized(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r') {
            out.push_back('\n');
            i += i + 1 < text.size() && text[i + 1] == '\n' ? 1 : 0;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

class random_text
{
public:
    explicit random_text(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t n) { return random_() % n; }

    std::string make(std::size_t longest, bool line_ends)
    {
        static const std::vector<std::string> pieces{"a",
                                                     "b",
                                                     " ",
                                                     "  ",
                                                     ":",
                                                     "data",
                                                     "data: ",
                                                     "id:",
                                                     "event: x",
                                                     "retry",
                                                     "\t",
                                                     "\x01",
                                                     "\x7f",
                                                     "0",
                                                     "\xc2\x80",
                                                     "\xdf\xbf",
                                                     "\xe0\xa0\x80",
                                                     "\xed\x9f\xbf",
                                                     "\xee\x80\x80",
                                                     "\xef\xbb\xbf",
                                                     "\xef\xbf\xbf",
                                                     "\xf0\x90\x80\x80",
                                                     "\xf4\x8f\xbf\xbf",
                                                     "abcdefghijklmnop",
                                                     "\n",
                                                     "\r",
                                                     "\r\n",
                                                     "\n\n",
                                                     "\r\r\n",
                                                     "\n\r",
                                                     std::string(1, '\0')};
        const std::size_t usable = line_ends ? pieces.size() : pieces.size() - 7;
        std::string text;
        for (std::size_t count = below(longest + 1); count != 0; --count) {
            text += pieces[below(usable)];
        }
        return text;
    }

private:
    std::mt19937 random_;
};

} // namespace

BOOST_AUTO_TEST_CASE(line_ends_of_every_kind)
{
    const std::vector<std::pair<std::string_view, std::string_view>> table{
        {"", "data: \n\n"},
        {"a", "data: a\n\n"},
        {"\n", "data: \ndata: \n\n"},
        {"\r", "data: \ndata: \n\n"},
        {"\r\n", "data: \ndata: \n\n"},
        {"\n\r", "data: \ndata: \ndata: \n\n"},
        {"\n\n", "data: \ndata: \ndata: \n\n"},
        {"\r\r", "data: \ndata: \ndata: \n\n"},
        {"\r\n\n", "data: \ndata: \ndata: \n\n"},
        {"\r\r\n", "data: \ndata: \ndata: \n\n"},
        {"\r\n\r", "data: \ndata: \ndata: \n\n"},
        {"\r\n\r\n", "data: \ndata: \ndata: \n\n"},
        {"\n\r\n", "data: \ndata: \ndata: \n\n"},
        {"a\n", "data: a\ndata: \n\n"},
        {"a\nb", "data: a\ndata: b\n\n"},
        {"a\rb", "data: a\ndata: b\n\n"},
        {"a\r\nb", "data: a\ndata: b\n\n"},
        {"\na", "data: \ndata: a\n\n"},
        {"a\n\nb", "data: a\ndata: \ndata: b\n\n"},
        {"one\ntwo\rthree\r\nfour", "data: one\ndata: two\ndata: three\ndata: four\n\n"},
    };
    for (const auto& [data, wire] : table) {
        BOOST_TEST(encoded({.data = data}) == wire);
    }
}

BOOST_AUTO_TEST_CASE(every_sequence_of_line_ends_up_to_six_characters_keeps_the_data)
{
    constexpr std::string_view alphabet = "\r\nx";
    for (std::size_t length = 0, count = 1; length <= 6; ++length, count *= 3) {
        for (std::size_t n = 0; n < count; ++n) {
            std::string text;
            for (std::size_t i = 0, rest = n; i < length; ++i, rest /= 3) {
                text.push_back(alphabet[rest % 3]);
            }
            client c;
            c.interpret(encoded({.data = text}));
            BOOST_REQUIRE_EQUAL(c.events.size(), 1U);
            BOOST_REQUIRE_EQUAL(c.events[0].data, normalized(text));
        }
    }
}

// The fast path reads eight bytes per step. The line end is at every position before, in and after such a step.
BOOST_AUTO_TEST_CASE(a_line_end_is_found_at_every_position)
{
    for (std::size_t length = 1; length <= 26; ++length) {
        const std::string whole(length, 'x');
        BOOST_REQUIRE_EQUAL(encoded({.data = whole}), "data: " + whole + "\n\n");
        for (std::size_t at = 0; at < length; ++at) {
            const auto wire = "data: " + std::string(at, 'x') + "\ndata: " + std::string(length - at - 1, 'x') + "\n\n";
            for (const char end : {'\r', '\n'}) {
                auto text = whole;
                text[at] = end;
                BOOST_REQUIRE_EQUAL(encoded({.data = text}), wire);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(absent_and_empty_data_differ)
{
    BOOST_TEST(encoded({}) == "\n");
    BOOST_TEST(encoded({.id = 5}) == "id: 5\n\n");
    BOOST_TEST(encoded({.data = "", .id = 5}) == "id: 5\ndata: \n\n");
}

BOOST_AUTO_TEST_CASE(a_leading_space_is_kept)
{
    BOOST_TEST(encoded({.data = " x"}) == "data:  x\n\n");
}

BOOST_AUTO_TEST_CASE(comments)
{
    BOOST_TEST(encoded({.comment = ""}) == ": \n\n");
    BOOST_TEST(encoded({.comment = "hello"}) == ": hello\n\n");
    BOOST_TEST(encoded({.comment = "two\r\nlines\rdata: x"}) == ": two\n: lines\n: data: x\n\n");
}

BOOST_AUTO_TEST_CASE(retry)
{
    BOOST_TEST(encoded({.retry = 0ms}) == "retry: 0\n\n");
    BOOST_TEST(encoded({.retry = 3s}) == "retry: 3000\n\n");
    BOOST_TEST(encoded({.retry = std::chrono::milliseconds::max()}) == "retry: 2147483647\n\n");
}

BOOST_AUTO_TEST_CASE(all_fields_in_order)
{
    BOOST_TEST(encoded({.data = "d\ne", .name = "n", .id = "i", .retry = 1s, .comment = "c"}) ==
               ": c\nevent: n\nid: i\nretry: 1000\ndata: d\ndata: e\n\n");
    BOOST_TEST(encoded({.data = "d", .name = "", .id = ""}) == "event: \nid: \ndata: d\n\n");
}

BOOST_AUTO_TEST_CASE(encode_appends_to_the_buffer)
{
    std::string out = "before";
    BOOST_REQUIRE(encode({.data = "x"}, out).has_value());
    BOOST_TEST(out == "beforedata: x\n\n");
}

BOOST_AUTO_TEST_CASE(malformed_utf8_of_each_class_is_rejected_and_does_not_change_the_buffer)
{
    const std::vector<std::string> bad{
        "\x80",             // a continuation byte alone
        "\xbf",             //
        "\xc0\xaf",         // overlong, two bytes
        "\xc1\xbf",         //
        "\xc2",             // cut short
        "\xc2 ",            //
        "\xe0\x80\x80",     // overlong, three bytes
        "\xe0\x9f\xbf",     //
        "\xe1\x80",         // cut short
        "\xe1\x80 ",        //
        "\xed\xa0\x80",     // surrogates
        "\xed\xbf\xbf",     //
        "\xf0\x80\x80\x80", // overlong, four bytes
        "\xf0\x8f\xbf\xbf", //
        "\xf1\x80\x80",     // cut short
        "\xf4\x90\x80\x80", // above U+10FFFF
        "\xf5\x80\x80\x80", //
        "\xfe",             // never valid
        "\xff",             //
    };
    for (const auto& sequence : bad) {
        // The fast path reads eight bytes per step. The sequence is at every position before, in and after such a step.
        for (std::size_t before = 0; before < 17; ++before) {
            for (const std::size_t behind : {0U, 1U, 9U}) {
                const std::string text = std::string(before, 'a') + sequence + std::string(behind, 'z');
                const auto id = text + '.'; // an ID must not end with a space
                BOOST_REQUIRE(!rill::sse::is_valid_utf8(text) && !rill::sse::is_valid_utf8(id));
                std::string out = "kept";
                for (const auto& e : {event{.data = text}, event{.comment = text},
                                      event{.data = "x", .name = *rill::sse::event_name::parse(text)},
                                      event{.data = "x", .id = *rill::sse::event_id::parse(id)}})
                {
                    const auto result = encode(e, out);
                    BOOST_REQUIRE(!result.has_value());
                    BOOST_REQUIRE((result.error() == rill::error::invalid_utf8));
                    BOOST_REQUIRE_EQUAL(out, "kept");
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_code_point_except_surrogates_is_accepted)
{
    const auto utf8 = [](std::uint32_t c) {
        const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
        if (c < 0x80) {
            return std::string{static_cast<char>(c)};
        }
        if (c < 0x800) {
            return std::string{static_cast<char>(0xc0 | (c >> 6)), tail(0)};
        }
        if (c < 0x10000) {
            return std::string{static_cast<char>(0xe0 | (c >> 12)), tail(6), tail(0)};
        }
        return std::string{static_cast<char>(0xf0 | (c >> 18)), tail(12), tail(6), tail(0)};
    };
    for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
        const bool surrogate = c >= 0xd800 && c <= 0xdfff;
        BOOST_REQUIRE_EQUAL(rill::sse::is_valid_utf8(utf8(c)), !surrogate);
    }
    BOOST_TEST(!rill::sse::is_valid_utf8(utf8(0x110000)));
}

BOOST_AUTO_TEST_CASE(random_events_reach_a_client_unchanged)
{
    random_text random(20261122);
    client c;
    std::string last_id;
    for (int i = 0; i < 100'000; ++i) {
        const auto data = random.make(12, true);
        const auto comment = random.make(4, true);
        const auto name = random.make(3, false);
        const auto id = random.make(3, false);
        event e;
        const bool has_data = random.below(8) != 0;
        if (has_data) {
            e.data = data;
        }
        if (random.below(2) == 0) {
            e.name = *rill::sse::event_name::parse(name);
        }
        switch (random.below(4)) {
        case 0:
            if (const auto parsed = rill::sse::event_id::parse(id)) { // other IDs are refused
                e.id = *parsed;
                last_id = id;
            }
            break;
        case 1:
            e.id = i;
            last_id = std::to_string(i);
            break;
        default:
            break;
        }
        const bool has_retry = random.below(8) == 0;
        if (has_retry) {
            e.retry = std::chrono::milliseconds(i);
        }
        if (random.below(4) == 0) {
            e.comment = comment;
        }
        c.events.clear();
        c.interpret(encoded(e));
        BOOST_REQUIRE_EQUAL(c.events.size(), has_data ? 1U : 0U);
        BOOST_REQUIRE_EQUAL(c.last_id, last_id);
        if (has_data) {
            const dispatched expected{e.name && !name.empty() ? name : "message", normalized(data), last_id};
            BOOST_REQUIRE_EQUAL(c.events[0], expected);
        }
        if (has_retry) {
            BOOST_REQUIRE_EQUAL(c.retry, i);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
