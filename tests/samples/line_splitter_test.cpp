#include <boost/test/unit_test.hpp>
#include <log_tail/line_splitter.hpp>

using log_tail::begin_of_last_lines;
using log_tail::line_splitter;
using log_tail::to_utf8;

BOOST_AUTO_TEST_SUITE(line_splitter_test)

namespace {

std::string texts(line_splitter& lines)
{
    std::string result;
    while (const auto line = lines.next()) {
        result += "[" + line->text + "@" + std::to_string(line->end) + "]";
    }
    return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(each_line_has_the_offset_of_the_next_one)
{
    line_splitter lines(100);
    lines.feed("one\ntwo\r\n\nfour\n");
    BOOST_TEST(texts(lines) == "[one@104][two@109][@110][four@115]");
    BOOST_TEST(lines.offset() == 115U);
}

BOOST_AUTO_TEST_CASE(an_unfinished_line_is_held_back)
{
    line_splitter lines;
    lines.feed("on");
    BOOST_TEST(texts(lines) == "");
    BOOST_TEST(lines.offset() == 2U);
    lines.feed("e");
    lines.feed("\ntw");
    BOOST_TEST(texts(lines) == "[one@4]");
    lines.feed("o\n");
    BOOST_TEST(texts(lines) == "[two@8]");
}

BOOST_AUTO_TEST_CASE(any_split_of_the_input_gives_the_same_lines)
{
    const std::string text = "a\r\nb\xC3\xA4\n\nlonger line\nx\n";
    line_splitter whole;
    whole.feed(text);
    const auto expected = texts(whole);
    for (std::size_t i = 0; i <= text.size(); ++i) {
        for (std::size_t j = i; j <= text.size(); ++j) {
            line_splitter lines;
            lines.feed(text.substr(0, i));
            lines.feed(text.substr(i, j - i));
            lines.feed(text.substr(j));
            BOOST_TEST(texts(lines) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_restart_completes_the_unfinished_line)
{
    line_splitter lines;
    lines.feed("old\nunfinished");
    lines.restart();
    BOOST_TEST(lines.offset() == 0U);
    lines.feed("new\n");
    BOOST_TEST(texts(lines) == "[old@4][unfinished@14][new@4]");
    lines.restart();
    BOOST_TEST(texts(lines) == "");
}

BOOST_AUTO_TEST_CASE(a_very_long_line_is_cut)
{
    constexpr auto max = line_splitter::max_length;
    line_splitter lines;
    lines.feed(std::string(max, 'a') + "\n");
    BOOST_TEST(lines.next()->text == std::string(max, 'a'));
    for (std::size_t i = 0; i < 3 * max; ++i) {
        lines.feed("b");
    }
    lines.feed("\nc\n");
    const auto cut = lines.next();
    BOOST_TEST(cut->text == std::string(max, 'b') + "\u2026");
    BOOST_TEST(cut->end == 4 * max + 2);
    BOOST_TEST(texts(lines) == "[c@" + std::to_string(4 * max + 4) + "]");
}

BOOST_AUTO_TEST_CASE(a_cut_leaves_no_half_character)
{
    const std::string_view character = "\U0001F600"; // four bytes
    for (std::size_t before = 0; before < character.size(); ++before) {
        const std::string beginning(line_splitter::max_length - before, 'a');
        line_splitter lines;
        lines.feed(beginning + std::string(character) + "and so on\n");
        BOOST_TEST(lines.next()->text == beginning + "\u2026");
    }
}

BOOST_AUTO_TEST_CASE(the_last_lines_of_a_whole_file)
{
    const std::string_view text = "1\n22\n\n4\n";
    BOOST_TEST(begin_of_last_lines(text, 0, true) == text.size());
    BOOST_TEST(begin_of_last_lines(text, 1, true) == 6U);
    BOOST_TEST(begin_of_last_lines(text, 2, true) == 5U);
    BOOST_TEST(begin_of_last_lines(text, 3, true) == 2U);
    BOOST_TEST(begin_of_last_lines(text, 4, true) == 0U);
    BOOST_TEST(begin_of_last_lines(text, 5, true) == 0U);
    BOOST_TEST(begin_of_last_lines("", 5, true) == 0U);
    BOOST_TEST(begin_of_last_lines("\n", 5, true) == 0U);
    BOOST_TEST(begin_of_last_lines("unfinished", 5, true) == 0U);
    BOOST_TEST(begin_of_last_lines("1\n2\nunfinished", 1, true) == 2U);
}

BOOST_AUTO_TEST_CASE(the_last_lines_of_a_files_end)
{
    BOOST_TEST(begin_of_last_lines("ginning\n2\n3\n", 2, false) == 8U);
    BOOST_TEST(begin_of_last_lines("ginning\n2\n3\n", 9, false) == 8U); // the first line does not begin here
    BOOST_TEST(begin_of_last_lines("ginning\n", 9, false) == 8U);
    BOOST_TEST(begin_of_last_lines("a part of one line", 9, false) == 18U);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_replaced)
{
    BOOST_TEST(to_utf8("plain") == "plain");
    BOOST_TEST(to_utf8("\u00e4\u20ac\U0001F600") == "\u00e4\u20ac\U0001F600");
    BOOST_TEST(to_utf8("a\xFF"
                       "b") == "a\uFFFD"
                               "b");
    BOOST_TEST(to_utf8("\xC3") == "\uFFFD");
    BOOST_TEST(to_utf8("\xC3x") == "\uFFFDx");
    BOOST_TEST(to_utf8("\xE2\x82") == "\uFFFD\uFFFD");
    BOOST_TEST(to_utf8("\xC0\xAF") == "\uFFFD\uFFFD");           // overlong
    BOOST_TEST(to_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD"); // a surrogate
    BOOST_TEST(to_utf8("\x80\u00e4") == "\uFFFD\u00e4");
}

BOOST_AUTO_TEST_SUITE_END()
