#include "transport/chunk_decoder.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(chunk_decoder)

namespace {

using state = rill::transport::chunk_decoder::state;

const rill::connection_limits wide;
const rill::connection_limits narrow{.max_target_bytes = 20, .max_head_bytes = 40, .max_body_bytes = 16};

/// Removes the decoded bytes from `input`.
state put(rill::transport::chunk_decoder& decoder, std::string& input, std::string& body)
{
    std::string_view rest(input);
    const auto outcome = decoder.put(rest, body);
    input.erase(0, input.size() - rest.size());
    return outcome;
}

/// Returns the result for the bytes: "body|rest", "body..." if the body is incomplete, or the status and the reason of
/// the rejection. The decoder gets pieces of `step` bytes. The first piece has `first` bytes.
std::string decoded(std::string_view bytes, const rill::connection_limits& limits, std::size_t first, std::size_t step)
{
    rill::transport::chunk_decoder decoder(limits);
    std::string input;
    std::string body;
    for (std::size_t next = first; !bytes.empty(); next = step) {
        next = std::min(next, bytes.size());
        input.append(bytes.substr(0, next));
        bytes.remove_prefix(next);
        switch (put(decoder, input, body)) {
        case state::need_more:
            break;
        case state::complete:
            return body + "|" + input + std::string(bytes);
        case state::rejected:
            return std::to_string(static_cast<unsigned>(decoder.rejection().status)) + " " + decoder.rejection().detail;
        }
    }
    return body + "...";
}

/// Checks that the result is the same for each way to cut the bytes, and returns it.
std::string decoded(std::string_view bytes, const rill::connection_limits& limits = wide)
{
    auto whole = decoded(bytes, limits, bytes.size(), bytes.size());
    BOOST_TEST(decoded(bytes, limits, 1, 1) == whole, bytes.substr(0, 50) << ", byte by byte");
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        BOOST_REQUIRE_EQUAL(decoded(bytes, limits, cut, bytes.size()), whole);
    }
    return whole;
}

bool refused(std::string_view bytes, unsigned with, const rill::connection_limits& limits = wide)
{
    return decoded(bytes, limits).starts_with(std::to_string(with) + " ");
}

std::string text(std::size_t size)
{
    return std::string(size, 'x');
}

} // namespace

BOOST_AUTO_TEST_CASE(chunks_are_joined)
{
    BOOST_TEST(decoded("0\r\n\r\n") == "|");
    BOOST_TEST(decoded("5\r\nhello\r\n0\r\n\r\n") == "hello|");
    BOOST_TEST(decoded("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET /") == "hello world|GET /");
    BOOST_TEST(decoded("2\r\n\r\n\r\n0\r\n\r\n\r\n") == "\r\n|\r\n");
    BOOST_TEST(decoded("000b;a;b=c;d=\"e;\\\"\"\r\n0\r\n\r\n012345\r\n0000\r\n\r\n") == "0\r\n\r\n012345|");
    BOOST_TEST(decoded("1F\r\n" + text(31) + "\r\n1f\r\n" + text(31) + "\r\n0\r\n\r\n") == text(62) + "|");
}

BOOST_AUTO_TEST_CASE(an_incomplete_head_or_body_needs_more)
{
    const std::string whole = "5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        BOOST_TEST(decoded(whole.substr(0, size)).ends_with("..."), size);
    }
    BOOST_TEST(decoded(whole) == "hello|");
}

BOOST_AUTO_TEST_CASE(content_is_decoded_before_its_chunk_is_complete)
{
    rill::transport::chunk_decoder decoder(wide);
    std::string body;
    std::string input = "5\r\nhe";
    BOOST_TEST((put(decoder, input, body) == state::need_more));
    BOOST_TEST(input.empty()); // the decoder has removed all bytes
    BOOST_TEST(body == "he");
    input = "llo\r";
    BOOST_TEST((put(decoder, input, body) == state::need_more));
    BOOST_TEST(input == "\r");
    BOOST_TEST(body == "hello");
}

BOOST_AUTO_TEST_CASE(chunk_sizes_are_checked)
{
    BOOST_TEST(decoded("10\r\n0123456789abcdef\r\n0\r\n\r\n", narrow) == "0123456789abcdef|");
    for (const auto* size : {"",
                             " ",
                             "+1",
                             "-1",
                             "0x1",
                             "0X1",
                             "x1",
                             "g",
                             "1g",
                             "1_1",
                             "1.",
                             "1,1",
                             " 1",
                             "1 ",
                             "1\t",
                             "\t1",
                             "1 1",
                             "\"1\"",
                             "'1'",
                             "%31",
                             "\xb2",
                             "1\r",
                             "\r1",
                             "1\x0b",
                             "1\x7f",
                             "10000000000000000",
                             "00000000000000000000000010000000000000000"})
    {
        BOOST_TEST(refused(std::string(size) + "\r\nx\r\n0\r\n\r\n", 400), size);
    }
    BOOST_TEST(refused(std::string("1\0\r\nx\r\n0\r\n\r\n", 12), 400));
    BOOST_TEST(refused("11\r\n", 413, narrow));
    BOOST_TEST(refused("ffffffffffffffff\r\n", 413));
    BOOST_TEST(refused("8\r\n01234567\r\n9\r\n", 413, narrow));
    BOOST_TEST(refused("8\r\n01234567\r\nffffffffffffffff\r\n", 413, narrow));
    BOOST_TEST(refused("1\r\nx\r\nffffffffffffffff\r\n", 413)); // 2^64 together with the first chunk
    BOOST_TEST(decoded("8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n", narrow) == "0123456701234567|");
}

BOOST_AUTO_TEST_CASE(lines_end_with_cr_and_lf)
{
    for (const auto* bytes :
         {"1\nx\r\n0\r\n\r\n", "1\rx\r\n0\r\n\r\n", "1\r\r\nx\r\n0\r\n\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx\r0\r\n\r\n",
          "1\r\nx0\r\n\r\n", "1\r\nx\n\r0\r\n\r\n", "1\r\nx\r\r\n0\r\n\r\n", "1\r\nxx\r\n0\r\n\r\n", "0\n\r\n",
          "0\r\n\n", "0\r\n\rX: y\r\n\r\n", "0\r\n\r\r\n", "0\r\nX: y\n\r\n", "0\r\nX: y\r\r\n\r\n", "\r\n0\r\n\r\n"})
    {
        BOOST_TEST(refused(bytes, 400), bytes);
    }
}

BOOST_AUTO_TEST_CASE(extensions_are_checked_and_ignored)
{
    const auto with = [](std::string_view extension) { return "1" + std::string(extension) + "\r\nx\r\n0\r\n\r\n"; };
    for (const auto* extension : {";a", ";a;b", ";a=b", ";a=\"\"", ";a=\"\\\"\"", ";a=\"\\\\\"", ";a=\";=\"", " ;a",
                                  "\t; a\t=\t\"b\"", ";a=\"\xff\"", ";!#$%&'*+-.^_`|~=~", ";a ;b", ";a=b ;c"})
    {
        BOOST_TEST(decoded(with(extension)) == "x|", extension);
    }
    for (const auto* extension : {";",           ";;",
                                  ";a;",         ";=",
                                  ";=b",         ";a=",
                                  ";a=;b",       ";a=b=c",
                                  ";a b",        ";a ",
                                  ";a=b ",       " ",
                                  "=a",          "a=b",
                                  ",a",          ";a,b",
                                  ";(",          ";a=(",
                                  ";\"a\"",      ";a=\"",
                                  ";a=\"b",      ";a=\"\\",
                                  ";a=\"\\\"",   ";a=\"b\"c",
                                  ";a=\"\x01\"", ";a=\"\\\x01\"",
                                  ";a=\"\x7f\"", ";a=\"\r\"",
                                  ";a=\"\n\"",   ";a=\"\\\n\"",
                                  ";a\rb",       ";a\nb",
                                  ";\r\n",       ";\n",
                                  ";\xff"})
    {
        BOOST_TEST(refused(with(extension), 400), extension);
    }
}

BOOST_AUTO_TEST_CASE(extensions_are_limited)
{
    rill::connection_limits limits;
    limits.max_head_bytes = 10;
    BOOST_TEST(decoded("1;a=3456789\r\nx\r\n0\r\n\r\n", limits) == "x|");
    BOOST_TEST(refused("1;a=34567890\r\nx\r\n0\r\n\r\n", 400, limits));
    BOOST_TEST(refused("1;a=3456789\r\nx\r\n0;b\r\n\r\n", 400, limits));        // the sum of all extensions
    const auto line = [](std::size_t size) { return "0;a=" + text(size - 5); }; // size includes the CR
    BOOST_TEST(decoded(line(4096) + "\r\n\r\n", wide, 1, 1) == "|");
    BOOST_TEST(decoded(line(4097) + "\r\n\r\n", wide, 1, 1).starts_with("400 "));
    BOOST_TEST(decoded(line(4097) + "\r\n\r\n", wide, 9999, 1).starts_with("400 "));
    BOOST_TEST(decoded(line(4097), wide, 1, 1) == "...");
    BOOST_TEST(decoded(line(4098), wide, 1, 1).starts_with("400 ")); // rejected before the end of the line
    BOOST_TEST(decoded(text(0) + std::string(5000, '0'), wide, 1, 1).starts_with("400 "));
}

BOOST_AUTO_TEST_CASE(a_rejection_is_final)
{
    for (const auto* bad : {"g\r\n", "1\nx", "1;\r\n", "1\r\nxy", "0\r\nHost: a\r\n", "0\r\nX\r\n"}) {
        rill::transport::chunk_decoder decoder(wide);
        std::string input = bad;
        std::string body;
        BOOST_TEST((put(decoder, input, body) == state::rejected), bad);
        const auto detail = decoder.rejection().detail;
        for (const auto* more : {"", "\r\n", "0\r\n\r\n"}) {
            input += more;
            BOOST_TEST((put(decoder, input, body) == state::rejected), bad);
            BOOST_TEST(decoder.rejection().detail == detail);
        }
        BOOST_TEST(body.size() <= 1U);
    }
}

BOOST_AUTO_TEST_CASE(trailers_are_checked_and_ignored)
{
    BOOST_TEST(decoded("1\r\nx\r\n0\r\nX: y\r\nZ:\r\n\r\nnext") == "x|next");
    for (const auto* line : {"X", "X : y", " X: y", "\tX: y", ": y", "X: \x01", "GET / HTTP/1.1", "X[: y"}) {
        BOOST_TEST(refused("0\r\n" + std::string(line) + "\r\n\r\n", 400), line);
    }
    BOOST_TEST(refused(std::string("0\r\nX: \0\r\n\r\n", 11), 400));
    BOOST_TEST(refused("0\r\nX: a\r\n b\r\n\r\n", 400)); // folded
}

BOOST_AUTO_TEST_CASE(forbidden_trailers_are_rejected)
{
    for (const auto* name :
         {"transfer-encoding", "Content-Length", "HOST", "Authorization", "Proxy-Authorization", "Content-Type",
          "Content-Range", "Cookie", "Trailer", "Content-Encoding", "Connection", "Expect", "Upgrade", "TE"})
    {
        BOOST_TEST(refused("0\r\n" + std::string(name) + ": x\r\n\r\n", 400), name);
    }
    BOOST_TEST(decoded("0\r\nX-Host: x\r\nHos: x\r\nHostX: x\r\n\r\n") == "|");
}

BOOST_AUTO_TEST_CASE(trailers_are_limited)
{
    BOOST_TEST(decoded("0\r\nX: " + text(33) + "\r\n\r\n", narrow) == "|"); // 38 bytes, and 2 of the empty line
    BOOST_TEST(refused("0\r\nX: " + text(34) + "\r\n\r\n", 431, narrow));
    BOOST_TEST(refused("0\r\nX: " + text(40), 431, narrow)); // rejected before the end of the line
    std::string many;
    for (int i = 0; i < 10; ++i) {
        many += "A: b\r\n";
    }
    BOOST_TEST(refused("0\r\n" + many + "\r\n", 431, narrow));
}

// A handler that reads the body while it arrives may change the limit.
BOOST_AUTO_TEST_CASE(the_limit_of_the_body_can_change)
{
    rill::transport::chunk_decoder decoder(narrow);
    std::string body;
    decoder.set_body_limit(100);
    std::string input = "40\r\n" + text(64) + "\r\n";
    BOOST_TEST((put(decoder, input, body) == state::need_more));
    BOOST_TEST(body.size() == 64U);
    decoder.set_body_limit(50); // smaller than the decoded body
    input = "0\r\n\r\n";
    BOOST_TEST((put(decoder, input, body) == state::rejected));
    BOOST_TEST((decoder.rejection().status == rill::status::payload_too_large));
    BOOST_TEST(body.size() == 64U);
}

BOOST_AUTO_TEST_SUITE_END()
