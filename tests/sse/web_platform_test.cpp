// The cases of the web-platform-tests directory "eventsource" that concern the format of a stream, written again for
// the parser. The name of each row is that of the test there.

#include <boost/test/unit_test.hpp>
#include <optional>
#include <rill/sse/parser.hpp>
#include <vector>

BOOST_AUTO_TEST_SUITE(web_platform_test)

using namespace std::string_literals;

namespace {

struct row
{
    std::string name;
    std::string stream;
    std::vector<std::string> data;
    std::string type = "message"; ///< of the first event
    std::string id{};             ///< of the last event
    std::optional<std::int64_t> retry{};
};

const std::string mark = "\xef\xbb\xbf";
const std::string long_text(2 * 1024 * 16, 'x');

const std::vector<row> table{
    {"format-bom", mark + "data:1\n\n" + mark + "data:2\n\ndata:3\n\n", {"1", "3"}},
    {"format-bom-2", mark + mark + "data:1\n\ndata:2\n\ndata:3\n\n", {"2", "3"}},
    {"format-comments",
     "data:1\r:\0\n:\r\ndata:2\n:"s + long_text + "\rdata:3\n:data:fail\r:" + long_text + "\ndata:4\n\n",
     {"1\n2\n3\n4"}},
    {"format-data-before-final-empty-line",
     "retry:1000\ndata:test1\n\nid:test\ndata:test2",
     {"test1"},
     "message",
     "",
     1000},
    {"format-field-data", "data:\n\ndata\ndata\n\ndata:test\n\n", {"", "\n", "test"}},
    {"format-field-event", "event:test\ndata:x\n\ndata:x\n\n", {"x", "x"}, "test"},
    {"format-field-event-empty", "event: \ndata:data\n\n", {"data"}},
    {"format-field-id", "id: \xe2\x80\xa6\nretry:200\ndata:hello\n\n", {"hello"}, "message", "\xe2\x80\xa6", 200},
    {"format-field-id-2", "id: a\ndata:1\n\ndata:2\n\nid\ndata:3\n\n", {"1", "2", "3"}},
    {"format-field-id-null", "id: a\0b\ndata:hello\n\n"s, {"hello"}},
    {"format-field-parsing",
     "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n"s,
     {"\0\n 2\n1\n3\n\n4"s}},
    {"format-field-retry", "retry:03000\ndata:x\n\n", {"x"}, "message", "", 3000},
    {"format-field-retry-bogus", "retry:3000\nretry:1000x\ndata:x\n\n", {"x"}, "message", "", 3000},
    {"format-field-retry-empty", "retry\ndata:test\n\n", {"test"}},
    {"format-field-unknown",
     "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
     {"test\n\ntest"}},
    {"format-leading-space", "data:\ttest\rdata: \ndata:test\n\n", {"\ttest\n\ntest"}},
    {"format-newlines", "data:test\r\ndata\ndata:test\r\n\r", {"test\n\ntest"}},
    {"format-null-character", "data:\0\n\n\n\n"s, {"\0"s}},
    {"format-utf-8", "data:ok\xe2\x80\xa6\n\n", {"ok\xe2\x80\xa6"}},
    {"event-data", "data:msg\ndata:msg\n\n:\ndata:\n\ndata:end\n\n", {"msg\nmsg", "", "end"}},
};

} // namespace

BOOST_AUTO_TEST_CASE(formats)
{
    for (const auto& r : table) {
        BOOST_TEST_CONTEXT(r.name)
        {
            rill::sse::parser parser;
            std::string_view bytes = r.stream;
            std::vector<rill::sse::parsed_event> events;
            for (auto e = parser.next(bytes); e && *e; e = parser.next(bytes)) {
                events.push_back(**e);
            }
            BOOST_REQUIRE_EQUAL(events.size(), r.data.size());
            for (std::size_t i = 0; i < events.size(); ++i) {
                BOOST_TEST((events[i].data == r.data[i]));
            }
            BOOST_TEST(events.front().name == r.type);
            BOOST_TEST(events.back().id == r.id);
            BOOST_TEST(parser.retry().has_value() == r.retry.has_value());
            BOOST_TEST((!r.retry || parser.retry()->count() == *r.retry));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
