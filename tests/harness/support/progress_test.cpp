#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <harness/support/progress.hpp>
#include <memory>
#include <string>

using bench::progress;

namespace progress_test {

namespace {

struct fixture
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), &std::fclose};

    std::string written()
    {
        std::string text(1000, '\0');
        std::rewind(file.get());
        text.resize(std::fread(text.data(), 1, text.size(), file.get()));
        return text;
    }
};

} // namespace

} // namespace progress_test

BOOST_FIXTURE_TEST_SUITE(progress_test, progress_test::fixture)

BOOST_AUTO_TEST_CASE(a_line_is_rewritten_on_a_terminal_and_removed_at_the_end)
{
    {
        progress shown(file.get(), progress::style::live);
        shown.show([] { return std::string("one"); });
        shown.print("stays");
        shown.show([] { return std::string("two"); });
    }
    BOOST_TEST(written() == "\r\x1b[Kone\r\x1b[Kstays\n\r\x1b[Ktwo\r\x1b[K");
}

BOOST_AUTO_TEST_CASE(the_rate_of_rewrites_is_limited)
{
    progress shown(file.get(), progress::style::live);
    int called = 0;
    for (int i = 0; i < 1000; ++i) {
        shown.show([&called] {
            ++called;
            return std::string("x");
        });
    }
    BOOST_TEST(called >= 1);
    BOOST_TEST(called < 1000);
}

BOOST_AUTO_TEST_CASE(a_file_gets_lines_without_control_characters)
{
    progress shown(file.get()); // a file is not a terminal
    shown.show([] { return std::string("one"); });
    shown.print("two");
    shown.clear();
    BOOST_TEST(written() == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(silent_writes_nothing)
{
    progress shown(file.get(), progress::style::silent);
    shown.show([] { return std::string("one"); });
    shown.print("two");
    BOOST_TEST(written() == "");
}

BOOST_AUTO_TEST_SUITE_END()
