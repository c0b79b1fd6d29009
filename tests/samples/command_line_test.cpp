// Tests the configuration of the samples by command line, environment and file.

#include <support/command_line.hpp>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(command_line_test)

namespace {

struct outcome
{
    bool ok = false;
    std::string message;
    rill::server_options options;
    int ms = 0;
};

/// Parses the arguments while standard error is redirected to a file.
outcome parse(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "sample");
    std::vector<char*> argv;
    for (auto& a : arguments) {
        argv.push_back(a.data());
    }
    outcome result;
    samples::command_line line("sample", "");
    line.add_processes();
    line.add("--tick-ms", result.ms, "", 10, 1000);
    std::FILE* file = std::tmpfile();
    const int before = ::dup(STDERR_FILENO);
    ::dup2(::fileno(file), STDERR_FILENO);
    result.ok = line.parse(static_cast<int>(argv.size()), argv.data()).has_value();
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    std::rewind(file);
    char text[1024]{};
    static_cast<void>(std::fread(text, 1, sizeof text - 1, file));
    std::fclose(file);
    result.message = text;
    result.options = line.server;
    return result;
}

struct variable
{
    variable(const char* name, const char* value) : name(name) { ::setenv(name, value, 1); }
    variable(const variable&) = delete;
    variable& operator=(const variable&) = delete;
    ~variable() { ::unsetenv(name); }
    const char* name;
};

struct config_file
{
    explicit config_file(std::string_view text) { std::ofstream(path) << text; }
    config_file(const config_file&) = delete;
    config_file& operator=(const config_file&) = delete;
    ~config_file() { std::filesystem::remove(path); }
    const std::string path = std::filesystem::temp_directory_path() / ("rill-config-" + std::to_string(::getpid()));
};

} // namespace

BOOST_AUTO_TEST_CASE(the_command_line_overrides_the_environment_which_overrides_the_file)
{
    BOOST_TEST(parse({}).options.port == 8080);
    const config_file file("port = 1\nthreads = 2\ntick-ms = 30\nlog-format = \"json\"\ndrain-ms = 5\n");
    const auto only_file = parse({"--config", file.path});
    BOOST_TEST(only_file.options.port == 1);
    BOOST_TEST(only_file.ms == 30);
    BOOST_TEST((only_file.options.log_format == rill::log_format::json));
    BOOST_TEST(only_file.options.drain_timeout.count() == 5);
    const variable port("SAMPLE_PORT", "3");
    const variable ms("SAMPLE_TICK_MS", "40");
    const auto both = parse({"--config", file.path});
    BOOST_TEST(both.options.port == 3);
    BOOST_TEST(both.options.threads == 2);
    BOOST_TEST(both.ms == 40);
    BOOST_TEST(parse({"--config", file.path, "--port=4"}).options.port == 4);
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_refused_with_its_name_and_the_allowed_values)
{
    const auto refused = [](const outcome& o, std::string_view name, std::string_view why) {
        BOOST_TEST(!o.ok);
        BOOST_TEST(o.message.find(name) != std::string::npos, o.message);
        BOOST_TEST(o.message.find(why) != std::string::npos, o.message);
        BOOST_TEST(std::ranges::count(o.message, '\n') == 1);
    };
    for (const auto* bad : {"65536", "-1", "x", "1x", "", "1.5"}) {
        const auto why = "'" + std::string(bad) + "' is not allowed: must be a number from 0 to 65535";
        refused(parse({"--port=" + std::string(bad)}), "--port", bad[0] == '\0' ? "--port" : why);
        const variable port("SAMPLE_PORT", bad);
        refused(parse({}), "SAMPLE_PORT: ", why);
    }
    refused(parse({"--hosts=example.org,example.org:80"}), "--hosts",
            "'example.org:80' is no host: it must have a form such as");
    refused(parse({"--threads=0"}), "--threads", "'0' is not allowed: must be a number from 1 to 256");
    refused(parse({"--processes=0"}), "--processes", "'0' is not allowed: must be a number from 1 to 256");
    refused(parse({"--drain-ms=-1"}), "--drain-ms", "must be a number from 0 to 3600000");
    refused(parse({"--tick-ms=9"}), "--tick-ms", "'9' is not allowed: must be a number from 10 to 1000");
    refused(parse({"--log=loud"}), "--log", "'loud' is not allowed: must be one of debug, info, warning, error, off");
    refused(parse({"--log-format=xml"}), "--log-format", "'xml' is not allowed: must be one of text, json");
    const config_file range("threads = 1000\n");
    refused(parse({"--config", range.path}), "--threads", "'1000' is not allowed: must be a number from 1 to 256");
}

BOOST_AUTO_TEST_CASE(a_file_with_an_unknown_name_is_refused)
{
    const config_file file("prot = 1\n");
    const auto o = parse({"--config", file.path});
    BOOST_TEST(!o.ok);
    BOOST_TEST(o.message.find("prot") != std::string::npos, o.message);
    BOOST_TEST(!parse({"--config", file.path + ".not-there"}).ok);
}

// No exception may leave serve(). The main() functions of the samples catch none, and std::terminate would end the
// process.
BOOST_AUTO_TEST_CASE(an_error_of_the_application_is_one_line_and_exit_code_1)
{
    for (const auto* processes : {"--processes=1", "--processes=2"}) {
        int ends[2];
        BOOST_REQUIRE(::pipe(ends) == 0);
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::dup2(ends[1], STDERR_FILENO);
            samples::command_line line("sample", "");
            line.add_processes();
            std::vector<std::string> arguments{"sample", "--port=0", "--log=error", processes};
            std::vector<char*> argv;
            for (auto& a : arguments) {
                argv.push_back(a.data());
            }
            static_cast<void>(line.parse(static_cast<int>(argv.size()), argv.data()));
            ::_exit(line.serve([]() -> rill::router { throw std::runtime_error("there is no page"); }));
        }
        ::close(ends[1]);
        std::string output;
        char bytes[4096];
        for (long count = 0; (count = ::read(ends[0], bytes, sizeof bytes)) > 0;) {
            output.append(bytes, static_cast<std::size_t>(count));
        }
        ::close(ends[0]);
        int status = 0;
        ::waitpid(pid, &status, 0);
        BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 1));
        BOOST_TEST(output.find("there is no page\n") != std::string::npos, output);
        // Each process writes one line. LeakSanitizer adds lines that begin with "==" if other tests have left threads.
        std::istringstream all(output);
        int lines = 0;
        for (std::string one; std::getline(all, one);) {
            lines += one.empty() || one.starts_with("==") ? 0 : 1;
        }
        BOOST_TEST((lines == 1 || (lines == 2 && processes == std::string("--processes=2"))), output);
    }
}

BOOST_AUTO_TEST_SUITE_END()
