#include "server/operations/server_log.hpp"

#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(server_log_test)

BOOST_AUTO_TEST_CASE(the_default_log_has_the_level_and_format_of_the_options)
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

BOOST_AUTO_TEST_CASE(the_log_of_the_observer_replaces_the_default_log)
{
    std::vector<std::string> lines;
    rill::server_options options{.log_level = rill::log_level::off};
    options.observer.log = [&](rill::log_level, std::string_view text) { lines.emplace_back(text); };
    rill::complete_log(options)(rill::log_level::debug, "all levels");
    BOOST_TEST((lines == std::vector<std::string>{"all levels"}));
}

BOOST_AUTO_TEST_SUITE_END()
