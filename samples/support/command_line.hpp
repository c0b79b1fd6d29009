#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <rill/core/error.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace samples {

/// The options that every sample has. Further ones may be added to `cli` before parse().
struct command_line
{
    CLI::App cli;
    rill::server_options server;
    std::string log_level = "info";

    explicit command_line(std::string name, const std::string& description) : cli(description, name)
    {
        cli.add_option("--host", server.host, "address to listen on")->capture_default_str();
        cli.add_option("--port", server.port, "port to listen on; 0 takes a free one")->capture_default_str();
        cli.add_option("--threads", server.threads, "workers")->capture_default_str()->check(CLI::Range(1, 256));
        cli.add_option("--log", log_level, "what is logged")
            ->capture_default_str()
            ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
        cli.set_version_flag("--version", std::move(name) + " (rill " RILL_VERSION ")");
    }

    /// Fills in the options. Otherwise help, the version or an error was printed, and main() returns the exit code.
    tl::expected<void, int> parse(int argc, char** argv)
    {
        try {
            cli.parse(argc, argv);
        } catch (const CLI::ParseError& e) {
            return tl::unexpected(cli.exit(e));
        }
        server.log_level = log_level == "debug"     ? rill::log_level::debug
                           : log_level == "info"    ? rill::log_level::info
                           : log_level == "warning" ? rill::log_level::warning
                           : log_level == "error"   ? rill::log_level::error
                                                    : rill::log_level::off;
        // What the sample is for goes to standard output, at once also into a pipe; the log goes to standard error.
        server.on_listening = [name = cli.get_name()](const std::string& url) {
            std::printf("%s: listening on %s\n", name.c_str(), url.c_str());
            std::fflush(stdout);
        };
        return {};
    }
};

} // namespace samples
