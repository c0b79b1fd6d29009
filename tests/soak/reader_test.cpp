#include "soak/reader.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(soak_reader_test)

namespace {

using rill_soak::reader;

constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// Passes the events to the reader as a new connection. Returns the error, or "" if there is none.
std::string read(reader& r, std::string_view events)
{
    r.begin();
    return r.read(std::string(head) + std::string(events)).value_or("");
}

std::string event(unsigned life, int number)
{
    const auto text = std::to_string(number);
    return "id: i" + text + "\ndata: " + std::to_string(life) + ":" + text + "\n\n";
}

const std::string gap = "event: gap\ndata: missed\n\n";

} // namespace

BOOST_AUTO_TEST_CASE(each_event_once_and_in_order)
{
    reader r;
    BOOST_TEST(read(r, event(1, 7) + event(1, 8)) == ""); // a stream may begin at any event
    BOOST_TEST(r.life() == 1U);
    BOOST_TEST(r.number() == 8U);
    BOOST_TEST(r.events() == 2U);
    BOOST_TEST(r.last_id() == "i8");
    BOOST_TEST(read(r, event(1, 9)) == ""); // on a new connection
    for (const int wrong : {9, 8, 11}) {
        reader other = r;
        BOOST_TEST(read(other, event(1, wrong)) == "1:9 is followed by 1:" + std::to_string(wrong));
    }
}

BOOST_AUTO_TEST_CASE(another_server_begins_with_a_gap_and_its_first_event)
{
    const auto after = [](const std::string& events) {
        reader r;
        BOOST_TEST(read(r, event(1, 5)) == "");
        return read(r, events);
    };
    BOOST_TEST(after(gap + event(2, 1) + event(2, 2)) == "");
    BOOST_TEST(after(event(2, 1)) == "1:5 is followed by 2:1");
    BOOST_TEST(after(gap + event(2, 2)) == "1:5 is followed by 2:2 after a gap");
    BOOST_TEST(after(gap + event(1, 6)) == "1:5 is followed by 1:6 after a gap");
    BOOST_TEST(after(gap + event(0, 1)) == "1:5 is followed by 0:1 after a gap");
}

BOOST_AUTO_TEST_CASE(any_cut_of_the_bytes_gives_the_same_result)
{
    const auto whole = std::string(head) + "5a\r\n" + gap + ": heartbeat\n\n" + event(3, 1) + "\r\n";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        reader r;
        r.begin();
        for (std::size_t at = 0; at < whole.size(); at += size) {
            BOOST_TEST(!r.read(std::string_view(whole).substr(at, size)).has_value());
        }
        BOOST_TEST(r.number() == 1U);
        BOOST_TEST(r.gaps() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(an_event_that_a_disconnect_cuts_is_ignored)
{
    reader r;
    BOOST_TEST(read(r, "id: i1\ndata: 1:1\n\nid: i2\ndata: 1:2\n") == "");
    BOOST_TEST(r.last_id() == "i1");
    BOOST_TEST(read(r, ": heartbeat\n\n" + event(1, 2)) == "");
    BOOST_TEST(r.number() == 2U);
}

BOOST_AUTO_TEST_CASE(an_unknown_event_is_an_error)
{
    for (const std::string bad : {"data: x\n\n", "data: 1:x\n\n", "event: other\ndata: 1:1\n\n"}) {
        reader r;
        BOOST_TEST(read(r, bad).starts_with("an event that nobody published: "));
    }
    reader r;
    r.begin();
    BOOST_TEST(r.read("HTTP/1.1 503 Service Unavailable\r\n").value_or("") ==
               "answered with HTTP/1.1 503 Service Unavailable\r");
}

BOOST_AUTO_TEST_SUITE_END()
