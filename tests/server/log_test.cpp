#include "server/log.hpp"

#include "server/process_fixture.hpp"
#include "server/repeat_limiter.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(log_test)

namespace {

std::string texts(const std::vector<rill::repeat_limiter::line>& lines)
{
    std::string all;
    for (const auto& line : lines) {
        all += std::string(to_string(line.level)) + ' ' + line.text + '|';
    }
    return all;
}

constexpr auto error = rill::log_level::error;

} // namespace

BOOST_AUTO_TEST_CASE(repeats_are_held_back_and_counted)
{
    rill::repeat_limiter limiter(2);
    const rill::repeat_limiter::time start{};
    BOOST_TEST(texts(limiter.put(error, "stream 1 failed", start)) == "error stream 1 failed|");
    BOOST_TEST(texts(limiter.put(error, "stream 22 failed", start)) == "error stream 22 failed|");
    BOOST_TEST(texts(limiter.put(error, "stream 333 failed", start + 10ms)) == "");
    BOOST_TEST(texts(limiter.put(error, "stream 4 failed", start + 999ms)) == "");
    BOOST_TEST(texts(limiter.put(rill::log_level::info, "other", start + 999ms)) == "info other|");
    BOOST_TEST(texts(limiter.put(rill::log_level::info, "other", start + 1s)) ==
               "error 2 more like: stream 4 failed|info other|");
    BOOST_TEST(texts(limiter.put(error, "stream 5 failed", start + 1s)) == "error stream 5 failed|");
    BOOST_TEST(texts(limiter.flush()) == "");
    for (const auto* text : {"stream 5 failed", "stream 5 failed", "stream 6 failed"}) {
        limiter.put(error, text, start + 1s);
    }
    BOOST_TEST(texts(limiter.flush()) == "error 1 more like: stream 6 failed|");
}

BOOST_AUTO_TEST_CASE(kinds_without_end_pass_and_take_no_memory)
{
    rill::repeat_limiter limiter(1);
    for (std::size_t i = 0; i < 10 * rill::repeat_limiter::kinds; ++i) {
        BOOST_TEST(limiter.put(error, std::string(i + 1, 'x'), {}).size() == 1);
    }
    BOOST_TEST(limiter.put(error, std::string(10 * rill::repeat_limiter::kinds, 'x'), {}).size() == 1);
    BOOST_TEST(limiter.put(error, "x", {}).empty());
}

BOOST_AUTO_TEST_CASE(a_sink_tells_at_its_end_what_it_has_held_back)
{
    std::vector<std::string> lines;
    {
        const auto sink =
            rill::limit_repeats([&](rill::log_level, std::string_view text) { lines.emplace_back(text); }, 1);
        const auto copy = sink;
        copy(error, "a 1");
        sink(error, "a 2");
        copy(error, "a 3");
        BOOST_TEST((lines == std::vector<std::string>{"a 1"}));
    }
    BOOST_TEST((lines == std::vector<std::string>{"a 1", "2 more like: a 3"}));
}

BOOST_AUTO_TEST_CASE(lines_on_standard_error)
{
    const auto lines = [](rill::log_format format) {
        forked f([&](const forked::line_writer&) {
            rill::server_options options{.log_level = rill::log_level::warning, .log_format = format};
            const auto log = rill::complete_log(options);
            log(rill::log_level::info, "not this");
            log(rill::log_level::warning, "a \"quoted\"\tword");
            return 0;
        });
        BOOST_TEST(f.wait() == 0);
        return f.output();
    };
    const auto text = lines(rill::log_format::text);
    BOOST_TEST(text.substr(23) == "Z warning a \"quoted\"\tword\n");
    const auto json = lines(rill::log_format::json);
    BOOST_TEST(json.starts_with("{\"time\":\"20"));
    BOOST_TEST(json.substr(json.find('Z')) == "Z\",\"level\":\"warning\",\"message\":\"a \\\"quoted\\\"\\tword\"}\n");
}

BOOST_AUTO_TEST_SUITE_END()
