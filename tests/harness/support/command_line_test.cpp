#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <harness/support/command_line.hpp>

BOOST_AUTO_TEST_SUITE(command_line_test)

namespace {

struct fixture
{
    bench::command_line line{"For tests", "test"};
    std::string text;
    bool flag = false;
    unsigned number = 5;
    std::uint64_t bytes = 0;
    double ratio = 0;
    std::vector<std::string> words;
    std::vector<std::uint32_t> numbers;

    bool takes(std::vector<std::string> given) { return line.parse(std::move(given)).empty(); }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(values_are_read, fixture)
{
    line.add("TEXT", text, "").required();
    line.add("--flag", flag, "");
    line.add("--number", number, "");
    line.add("--bytes", bytes, "").size();
    line.add("--ratio", ratio, "");
    line.add("--word", words, "").one_word();
    line.add("--numbers", numbers, "").comma_separated();
    BOOST_TEST(line.parse({"--flag", "--number", "7", "--bytes", "4KiB", "--ratio", "0.5", "--numbers", "1,2", "3",
                           "--word", "a", "--word", "b", "x"}) == "");
    BOOST_TEST(text == "x"); // not taken as a value of --word
    BOOST_TEST(flag);
    BOOST_TEST(number == 7U);
    BOOST_TEST(bytes == 4096U);
    BOOST_TEST(ratio == 0.5);
    BOOST_TEST(words.size() == 2U);
    BOOST_TEST(numbers.size() == 3U);
    BOOST_TEST(!takes({"--flag"})); // TEXT is missing
    BOOST_TEST(!takes({"x", "--number", "many"}));
    BOOST_TEST(!takes({"x", "--what"}));
}

BOOST_FIXTURE_TEST_CASE(values_have_limits, fixture)
{
    line.add("--number", number, "").range(1U, 9U);
    line.add("--ratio", ratio, "").not_negative();
    line.add("--text", text, "").one_of({"one", "two"});
    BOOST_TEST(takes({"--number", "9", "--ratio", "0", "--text", "two"}));
    BOOST_TEST(!takes({"--number", "10"}));
    BOOST_TEST(!takes({"--ratio", "-1"}));
    BOOST_TEST(!takes({"--text", "three"}));
}

BOOST_FIXTURE_TEST_CASE(a_parse_function_returns_its_error, fixture)
{
    line.add_parsed(
        "--text", "WORD",
        [this](const std::string& given) -> tl::expected<void, std::string> {
            if (given == "bad") {
                return tl::unexpected(std::string("that is bad"));
            }
            text = given;
            return {};
        },
        "");
    BOOST_TEST(takes({"--text", "good"}));
    BOOST_TEST(text == "good");
    BOOST_TEST(line.parse({"--text", "bad"}).find("that is bad") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_option_can_be_removed, fixture)
{
    line.add("--number", number, "");
    BOOST_TEST(takes({"--number", "1"}));
    line.remove("--number");
    BOOST_TEST(!takes({"--number", "1"}));
}

BOOST_FIXTURE_TEST_CASE(a_subcommand_is_chosen, fixture)
{
    line.require_subcommand();
    int chosen = 0;
    for (const int which : {1, 2}) {
        auto command = line.add_subcommand("do" + std::to_string(which), "");
        command.add("--number", number, "");
        command.on_selected([&chosen, which] { chosen = which; });
    }
    BOOST_TEST(takes({"do2", "--number", "3"}));
    BOOST_TEST(chosen == 2);
    BOOST_TEST(number == 3U);
    BOOST_TEST(!takes({}));
}

BOOST_FIXTURE_TEST_CASE(parse_returns_the_exit_code_for_errors_and_help, fixture)
{
    line.add("--number", number, "");
    constexpr std::array good{"test", "--number", "3"};
    constexpr std::array wrong{"test", "--what"};
    constexpr std::array help{"test", "--help"};
    BOOST_TEST(!line.parse(3, good.data()).has_value());
    BOOST_TEST(number == 3U);
    BOOST_TEST(line.parse(2, wrong.data()).value() == 2);
    BOOST_TEST(line.parse(2, help.data()).value() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
