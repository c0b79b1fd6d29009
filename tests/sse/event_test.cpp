#include <rill/sse/event.hpp>

#include <boost/test/unit_test.hpp>
#include <limits>
#include <type_traits>

using rill::sse::event;
using rill::sse::event_id;
using rill::sse::event_name;
using rill::sse::retry_time;

BOOST_AUTO_TEST_SUITE(event_test)

namespace {

// Text that is known only at run time does not compile. tests/compile_fail tests this.
static_assert(!std::is_constructible_v<event_id, bool>);
static_assert(!std::is_constructible_v<event_id, char>);
static_assert(!std::is_constructible_v<event_id, double>);
static_assert(!std::is_constructible_v<event_name, int>);

// The compiler runs this check of the characters for a literal.
static_assert(rill::sse::detail::is_field_value("plain"));
static_assert(rill::sse::detail::is_field_value(""));
static_assert(!std::is_constructible_v<event_id, event_name>); // a name may hold other characters
static_assert(!rill::sse::detail::is_field_value("a\nb"));
static_assert(!rill::sse::detail::is_field_value("a\rb"));
static_assert(!rill::sse::detail::is_field_value(std::string_view("a\0b", 3)));

static_assert(std::is_trivially_destructible_v<event>); // inside co_await, g++ 12 destroys other types twice
static_assert(std::is_trivially_copyable_v<event>);

// Events can be used in constant expressions, also with literals.
constexpr event literal{.data = "text", .name = "tick", .id = "a1", .retry = std::chrono::seconds(3), .comment = "c"};
static_assert(literal.name.view() == "tick");
static_assert(literal.retry.milliseconds() == 3000);
static_assert(!event{}.data && !event{}.name && !event{}.id && !event{}.retry && !event{}.comment);
static_assert(event{.data = ""}.data && event{.name = ""}.name && event{.id = ""}.id); // empty is not absent

std::string shown(event_id id)
{
    std::array<char, 20> digits;
    return std::string(id.view(digits));
}

} // namespace

BOOST_AUTO_TEST_CASE(parse_accepts_text_of_one_line)
{
    for (const std::string_view text : {"", " ", "tick", "with spaces : and colons", "\x01\x7f", "\xc3\xa4"}) {
        const auto name = event_name::parse(text);
        BOOST_REQUIRE(name.has_value());
        BOOST_TEST(name->view() == text);
        BOOST_TEST(static_cast<bool>(*name));
    }
    for (const std::string_view text : {"", "7", "with spaces : and\ttabs", "a,b", "\"", "\xc3\xa4"}) {
        const auto id = event_id::parse(text);
        BOOST_REQUIRE(id.has_value());
        BOOST_TEST(shown(*id) == text);
        BOOST_TEST(static_cast<bool>(*id));
    }
}

BOOST_AUTO_TEST_CASE(parse_rejects_line_ends_and_nul_anywhere)
{
    for (const char bad : {'\r', '\n', '\0'}) {
        for (std::size_t at = 0; at < 4; ++at) {
            std::string text = "abcd";
            text[at] = bad;
            BOOST_REQUIRE(!event_name::parse(text).has_value());
            BOOST_TEST((event_name::parse(text).error() == rill::error::invalid_field_value));
            BOOST_REQUIRE(!event_id::parse(text).has_value());
            BOOST_TEST((event_id::parse(text).error() == rill::error::invalid_event_id));
        }
    }
}

// A client sends the ID back in a header. If the server refuses this header, the client never reconnects.
BOOST_AUTO_TEST_CASE(an_id_that_a_client_cannot_send_back_is_refused)
{
    for (int code = 0; code < 0x80; ++code) {
        const std::string text{'a', static_cast<char>(code), 'b'};
        const bool stays = (code >= 0x20 && code != 0x7f) || code == '\t';
        BOOST_TEST(event_id::parse(text).has_value() == stays, "character " << code);
    }
    for (const std::string_view text : {" ", "\t", "  a", " a", "a ", "\ta", "a\t"}) {
        BOOST_REQUIRE(!event_id::parse(text).has_value());
        BOOST_TEST((event_id::parse(text).error() == rill::error::invalid_event_id));
    }
    BOOST_TEST(event_id::parse(std::string(1024, 'a')).has_value());
    BOOST_TEST(!event_id::parse(std::string(1025, 'a')).has_value());
    BOOST_TEST(!event_id::parse(std::string(20'000, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(a_default_string_view_is_empty_not_absent)
{
    BOOST_TEST(static_cast<bool>(event_id::parse(std::string_view()).value()));
    BOOST_TEST(static_cast<bool>(event_name::parse(std::string_view()).value()));
    BOOST_TEST(static_cast<bool>(event{.data = std::string_view()}.data));
    BOOST_TEST(static_cast<bool>(event{.data = std::string()}.data));
}

BOOST_AUTO_TEST_CASE(ids_may_be_numbers)
{
    BOOST_TEST(shown(0) == "0");
    BOOST_TEST(shown(-1) == "-1");
    BOOST_TEST(shown(7U) == "7");
    BOOST_TEST(shown(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    BOOST_TEST(shown(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
    BOOST_TEST(shown(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    BOOST_TEST(shown(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + 1) ==
               "9223372036854775808");
    BOOST_TEST(shown(std::int8_t{-128}) == "-128");
    BOOST_TEST(shown(std::uint8_t{255}) == "255");
    BOOST_TEST(static_cast<bool>(event_id(0)));
}

BOOST_AUTO_TEST_CASE(an_absent_id)
{
    BOOST_TEST(!event_id());
    BOOST_TEST(shown(event_id()).empty());
}

BOOST_AUTO_TEST_CASE(retry_times)
{
    BOOST_TEST(!retry_time());
    BOOST_TEST(static_cast<bool>(retry_time(std::chrono::milliseconds(0))));
    BOOST_TEST(retry_time(std::chrono::seconds(2)).milliseconds() == 2000);
    BOOST_TEST(retry_time(std::chrono::milliseconds(-5)).milliseconds() == 0); // not absent
    BOOST_TEST(retry_time(std::chrono::milliseconds(INT32_MAX)).milliseconds() == INT32_MAX);
}

// Timers of clients count milliseconds in 32 bits.
BOOST_AUTO_TEST_CASE(a_retry_time_is_no_longer_than_a_client_can_wait)
{
    using namespace std::chrono;
    BOOST_TEST(retry_time(milliseconds(std::int64_t{INT32_MAX} + 1)).milliseconds() == INT32_MAX);
    BOOST_TEST(retry_time(milliseconds::max()).milliseconds() == INT32_MAX);
    BOOST_TEST(retry_time(hours::max()).milliseconds() == INT32_MAX);
    BOOST_TEST(retry_time(nanoseconds::max()).milliseconds() == INT32_MAX);
    BOOST_TEST(retry_time(duration<double>(1e300)).milliseconds() == INT32_MAX);
    BOOST_TEST(retry_time(hours::min()).milliseconds() == 0);
    BOOST_TEST(retry_time(nanoseconds::min()).milliseconds() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
