#include "redis/reply.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using rill::redis::errc;
using rill::redis::detail::error_of;
using rill::redis::detail::reply;
using rill::redis::detail::reply_reader;

BOOST_AUTO_TEST_SUITE(redis_reply_test)

namespace {

reply parse(std::string_view bytes)
{
    reply_reader reader;
    BOOST_REQUIRE(reader.feed(bytes).has_value());
    auto next = reader.next();
    BOOST_REQUIRE(next.has_value());
    BOOST_REQUIRE(next->has_value());
    return std::move(**next);
}

} // namespace

BOOST_AUTO_TEST_CASE(every_type_is_parsed)
{
    BOOST_TEST(parse("+OK\r\n").text == "OK");
    BOOST_TEST(parse(":-5\r\n").integer == -5);
    BOOST_TEST(parse("$3\r\na\r\n\r\n").text == "a\r\n");
    BOOST_TEST(parse("$-1\r\n").is_nil());
    BOOST_TEST(parse("*-1\r\n").is_nil());
    BOOST_TEST(parse("-ERR no\r\n").is_error());
    BOOST_TEST(parse("*0\r\n").is_array());
    const auto nested = parse("*2\r\n*1\r\n$1\r\na\r\n:7\r\n");
    BOOST_TEST(nested.at(0).at(0).text == "a");
    BOOST_TEST(nested.at(1).number().value() == 7U);
    BOOST_TEST(nested.at(2).is_nil());
    BOOST_TEST(nested.at(1).at(0).is_nil());
}

BOOST_AUTO_TEST_CASE(numbers_are_integers_or_digits)
{
    BOOST_TEST(parse("$3\r\n123\r\n").number().value() == 123U);
    BOOST_TEST(!parse("$2\r\n1x\r\n").number().has_value());
    BOOST_TEST(!parse(":-1\r\n").number().has_value());
    BOOST_TEST(!parse("*0\r\n").number().has_value());
}

BOOST_AUTO_TEST_CASE(bytes_may_arrive_one_by_one)
{
    reply_reader reader;
    const std::string bytes = "*2\r\n$2\r\nab\r\n*1\r\n:1\r\n+OK\r\n";
    std::vector<reply> replies;
    for (const char byte : bytes) {
        BOOST_REQUIRE(reader.feed({&byte, 1}).has_value());
        for (;;) {
            auto next = reader.next();
            BOOST_REQUIRE(next.has_value());
            if (!*next) {
                break;
            }
            replies.push_back(std::move(**next));
        }
    }
    BOOST_REQUIRE(replies.size() == 2);
    BOOST_TEST(replies[0].at(1).at(0).integer == 1);
    BOOST_TEST(replies[1].text == "OK");
}

BOOST_AUTO_TEST_CASE(malformed_bytes_are_an_error)
{
    for (const auto* bytes : {"?\r\n", "*x\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n"}) {
        reply_reader reader;
        static_cast<void>(reader.feed(bytes));
        const auto next = reader.next();
        BOOST_TEST((!next && next.error() == errc::malformed_reply), bytes);
    }
}

BOOST_AUTO_TEST_CASE(the_first_word_of_an_error_decides)
{
    BOOST_TEST((error_of("NOAUTH Authentication required.") == errc::access_denied));
    BOOST_TEST((error_of("READONLY You can't write") == errc::not_primary));
    BOOST_TEST((error_of("LOADING") == errc::not_ready));
    BOOST_TEST((error_of("OOM command not allowed") == errc::out_of_memory));
    BOOST_TEST((error_of("MOVED 1 127.0.0.1:7000") == errc::cluster_not_supported));
    BOOST_TEST((error_of("NOSCRIPT No matching script") == errc::script_missing));
    BOOST_TEST((error_of("ERR LOADING") == errc::other));
    BOOST_TEST((error_of("") == errc::other));
}

BOOST_AUTO_TEST_SUITE_END()
