#include <boost/test/unit_test.hpp>
#include <harness/client/event_scanner.hpp>
#include <string>

using bench::event_scanner;

BOOST_AUTO_TEST_SUITE(event_scanner_test)

namespace {

/// Appends "[data/id]" for each event, with "-" for a value that is not a number.
void scan(event_scanner& scanner, std::string_view bytes, std::string& found)
{
    while (scanner.next(bytes)) {
        found += "[" + (scanner.data() ? std::to_string(*scanner.data()) : "-");
        found += "/" + (scanner.id() ? std::to_string(*scanner.id()) : "-") + "]";
    }
    BOOST_TEST(bytes.empty());
}

std::string events_of(std::string_view bytes)
{
    event_scanner scanner;
    std::string found;
    scan(scanner, bytes, found);
    return found;
}

} // namespace

BOOST_AUTO_TEST_CASE(data_and_id)
{
    BOOST_TEST(events_of("data: 12\n\n") == "[12/-]");
    BOOST_TEST(events_of("id: 7\ndata: 12\n\ndata:13\nid:8\n\n") == "[12/7][13/8]");
    BOOST_TEST(events_of("data: 1763934000123456789\n\n") == "[1763934000123456789/-]");
}

BOOST_AUTO_TEST_CASE(an_event_ends_at_its_blank_line)
{
    BOOST_TEST(events_of("data: 12\n") == "");
    BOOST_TEST(events_of("data: 12") == "");
    BOOST_TEST(events_of("\n\n\ndata: 12\n\n\n\n") == "[12/-]");
}

BOOST_AUTO_TEST_CASE(line_ends_are_lf_cr_or_crlf)
{
    BOOST_TEST(events_of("data: 1\r\rid: 2\rdata: 3\r\r") == "[1/-][3/2]");
    BOOST_TEST(events_of("data: 1\r\n\r\nid: 2\r\ndata: 3\r\n\r\n") == "[1/-][3/2]");
    BOOST_TEST(events_of("data: 1\n\r\ndata: 2\r\n\n") == "[1/-][2/-]");
}

BOOST_AUTO_TEST_CASE(an_event_may_have_values_that_are_not_numbers)
{
    BOOST_TEST(events_of("data: x\n\n") == "[-/-]");
    BOOST_TEST(events_of("data: 1x\n\n") == "[-/-]");
    BOOST_TEST(events_of("data:  1\n\n") == "[-/-]"); // the second space belongs to the data
    BOOST_TEST(events_of("data: 1 \n\n") == "[-/-]");
    BOOST_TEST(events_of("data: -1\n\n") == "[-/-]");
    BOOST_TEST(events_of("data:\n\n") == "[-/-]");
    BOOST_TEST(events_of("data\n\n") == "[-/-]");
    BOOST_TEST(events_of("data: 1\ndata: 2\n\n") == "[-/-]");
    BOOST_TEST(events_of("data: 1\nid: 1526919030474-55\n\n") == "[1/-]");
    BOOST_TEST(events_of("data: 1\nid\n\n") == "[1/-]");
    BOOST_TEST(events_of("data: 9999999999999999999\n\n") == "[9999999999999999999/-]");
    BOOST_TEST(events_of("data: 10000000000000000000\n\n") == "[-/-]"); // 20 digits
}

BOOST_AUTO_TEST_CASE(other_lines_are_ignored)
{
    BOOST_TEST(events_of(": a comment\n\n") == "");
    BOOST_TEST(events_of(":\n\n:data: 1\n\n") == "");
    BOOST_TEST(events_of("event: tick\nretry: 100\ndata: 5\n\n") == "[5/-]");
    BOOST_TEST(events_of("dat: 1\n\ndatax: 1\n\ndata : 1\n\n data: 1\n\n") == "");
    BOOST_TEST(events_of("idx: 1\nd: 1\ni: 1\ndata: 2\n\n") == "[2/-]");
}

BOOST_AUTO_TEST_CASE(an_id_without_data_is_ignored)
{
    BOOST_TEST(events_of("id: 5\n\ndata: 1\n\n") == "[1/-]");
}

BOOST_AUTO_TEST_CASE(the_last_id_counts)
{
    BOOST_TEST(events_of("id: x\nid: 6\ndata: 1\n\n") == "[1/6]");
    BOOST_TEST(events_of("id: 6\nid: x\ndata: 1\n\n") == "[1/-]");
}

BOOST_AUTO_TEST_CASE(any_cut_gives_the_same_events)
{
    const std::string text = "id: 41\r\ndata: 17639\r\n\r\n: tick\n\nevent: x\rdata:5\rid:42\r\rdata: a\ndata: b\n\n";
    const auto expected = events_of(text);
    BOOST_TEST(expected == "[17639/41][5/42][-/-]");
    for (std::size_t i = 0; i <= text.size(); ++i) {
        for (std::size_t j = i; j <= text.size(); ++j) {
            event_scanner scanner;
            std::string found;
            scan(scanner, std::string_view(text).substr(0, i), found);
            scan(scanner, std::string_view(text).substr(i, j - i), found);
            scan(scanner, std::string_view(text).substr(j), found);
            BOOST_TEST(found == expected);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
