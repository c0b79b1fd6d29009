#include "redis/command.hpp"

#include <boost/test/unit_test.hpp>

using rill::redis::detail::command_writer;

BOOST_AUTO_TEST_SUITE(redis_command_test)

BOOST_AUTO_TEST_CASE(words_have_their_length)
{
    command_writer commands;
    commands.command({"GET", "a b\r\n"});
    BOOST_TEST(commands.text() == "*2\r\n$3\r\nGET\r\n$5\r\na b\r\n\r\n");
    commands.begin(3);
    commands.word("SET");
    commands.word(std::string_view());
    commands.word(std::uint64_t(17));
    BOOST_TEST(commands.commands() == 2U);
    BOOST_TEST(commands.text().ends_with("*3\r\n$3\r\nSET\r\n$0\r\n\r\n$2\r\n17\r\n"));
}

BOOST_AUTO_TEST_CASE(encoded_words_are_part_of_a_command)
{
    command_writer words;
    words.word("a");
    command_writer commands;
    commands.begin(2);
    commands.word("GET");
    commands.raw(words.text());
    BOOST_TEST(commands.text() == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
    BOOST_TEST(commands.commands() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
