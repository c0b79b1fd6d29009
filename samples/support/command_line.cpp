#include "support/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace samples {

namespace {

rill::log_level parse_level(const std::string& name)
{
    return name == "debug"     ? rill::log_level::debug
           : name == "info"    ? rill::log_level::info
           : name == "warning" ? rill::log_level::warning
           : name == "error"   ? rill::log_level::error
                               : rill::log_level::off;
}

} // namespace

struct command_line::state
{
    CLI::App cli;
    std::string log_level = "info";
};

command_line::command_line(const std::string& name, const std::string& description)
    : state_(new state{CLI::App(description, name)})
{
    auto& cli = state_->cli;
    cli.add_option("--host", server.host, "address to listen on")->capture_default_str();
    cli.add_option("--port", server.port, "port to listen on; 0 takes a free one")->capture_default_str();
    cli.add_option("--threads", server.threads, "workers")->capture_default_str()->check(CLI::Range(1, 256));
    cli.add_option("--log", state_->log_level, "what is logged")
        ->capture_default_str()
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
    cli.set_version_flag("--version", name + " (rill " RILL_VERSION ")");
}

command_line::~command_line() = default;

void command_line::add(const std::string& name, std::string& value, const std::string& description)
{
    state_->cli.add_option(name, value, description)->required(name.front() != '-');
}

void command_line::add(const std::string& name, int& value, const std::string& description, int least, int most)
{
    state_->cli.add_option(name, value, description)
        ->required(name.front() != '-')
        ->capture_default_str()
        ->check(CLI::Range(least, most));
}

tl::expected<void, int> command_line::parse(int argc, char** argv)
{
    auto& cli = state_->cli;
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return tl::unexpected(cli.exit(e));
    }
    server.log_level = parse_level(state_->log_level);
    // What the sample is for goes to standard output, at once also into a pipe; the log goes to standard error.
    server.on_listening = [name = cli.get_name()](const std::string& url) {
        std::printf("%s: listening on %s\n", name.c_str(), url.c_str());
        std::fflush(stdout);
    };
    return {};
}

} // namespace samples
