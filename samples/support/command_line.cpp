#include "support/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <rill/routing/middleware.hpp>
#include <rill/server/admin.hpp>
#include <rill/server/metrics.hpp>
#include <rill/server/server.hpp>
#include <rill/server/supervisor.hpp>
#include <sstream>
#include <stdexcept>

namespace samples {

namespace {

/// Checks a value. Returns an empty text or an error message.
using check = std::function<std::string(const std::string&)>;

check number(long least, long most)
{
    return [least, most](const std::string& text) {
        long value = 0;
        const auto* end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, value);
        if (parsed.ec == std::errc() && parsed.ptr == end && value >= least && value <= most) {
            return std::string();
        }
        return "'" + text + "' is not allowed: must be a number from " + std::to_string(least) + " to " +
               std::to_string(most);
    };
}

check one_of(std::vector<std::string> names)
{
    return [names = std::move(names)](const std::string& text) {
        std::string list;
        for (const auto& name : names) {
            if (text == name) {
                return std::string();
            }
            list += (list.empty() ? "" : ", ") + name;
        }
        return "'" + text + "' is not allowed: must be one of " + list;
    };
}

/// Creates the middleware for a list of hosts that is separated by commas.
rill::middleware_function serving(const std::string& hosts)
{
    std::vector<std::string> names;
    std::istringstream list(hosts);
    for (std::string name; std::getline(list, name, ',');) {
        names.push_back(name);
    }
    return rill::middleware::hosts(std::move(names));
}

std::string wrong_hosts(const std::string& list)
{
    try {
        serving(list);
        return {};
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
}

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
    struct option
    {
        std::string name; // including its dashes
        check wrong;
    };

    CLI::App cli;
    std::vector<option> options;
    std::string hosts;
    std::string log_level = "info";
    std::string log_format = "text";
    int processes = 1;
    int drain_ms = 10'000;
    bool admin = false;

    template <class T>
    void add(const std::string& name, T& value, const std::string& description, check wrong)
    {
        auto* added = cli.add_option(name, value, description)->capture_default_str()->take_last();
        if (wrong) {
            added->check(CLI::Validator([wrong](std::string& text) { return wrong(text); }, "", name));
        }
        if (name.starts_with('-')) {
            options.push_back({name, std::move(wrong)});
        } else {
            added->required();
        }
    }

    std::string variable(const std::string& name) const
    {
        std::string text = cli.get_name() + name.substr(1); // keeps one dash, which separates the two names
        std::ranges::transform(text, text.begin(), [](char c) {
            return c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        });
        return text;
    }

    /// Returns the options from the environment as arguments. Throws std::invalid_argument for an invalid value.
    std::vector<std::string> environment() const
    {
        std::vector<std::string> arguments;
        for (const auto& o : options) {
            const auto name = variable(o.name);
            const char* value = std::getenv(name.c_str());
            if (value == nullptr) {
                continue;
            }
            const auto wrong = o.wrong ? o.wrong(value) : std::string();
            if (!wrong.empty()) {
                throw std::invalid_argument(std::string(name).append(": ").append(wrong));
            }
            arguments.push_back(std::string(o.name).append("=").append(value));
        }
        return arguments;
    }
};

command_line::command_line(const std::string& name, const std::string& description)
    : state_(new state{.cli = CLI::App(description, name), .options = {}})
{
    auto& s = *state_;
    s.add("--host", server.host, "address to listen on", {});
    s.add("--port", server.port, "port to listen on; 0 selects a free one", number(0, 65'535));
    s.add("--hosts", s.hosts, "hosts that are served, separated by commas; others get 421", wrong_hosts);
    s.add("--threads", server.threads, "workers", number(1, 256));
    s.add("--log", s.log_level, "lowest level that is logged", one_of({"debug", "info", "warning", "error", "off"}));
    s.add("--log-format", s.log_format, "format of the log", one_of({"text", "json"}));
    s.add("--drain-ms", s.drain_ms, "time that open requests get after the start of a shutdown", number(0, 3'600'000));
    s.cli.add_flag("--admin", s.admin, "also serves /metrics, /healthz, /readyz and /streams");
    s.cli.set_config("--config", "", "file with further options, in TOML or INI");
    s.cli.allow_config_extras(CLI::config_extras_mode::error);
    s.cli.set_version_flag("--version", name + " (rill " RILL_VERSION ")");
}

command_line::~command_line() = default;

void command_line::add(const std::string& name, std::string& value, const std::string& description)
{
    state_->add(name, value, description, {});
}

void command_line::add(const std::string& name, std::string& value, const std::string& description,
                       std::function<std::string(const std::string&)> wrong)
{
    state_->add(name, value, description, std::move(wrong));
}

void command_line::add(const std::string& name, int& value, const std::string& description, int least, int most)
{
    state_->add(name, value, description, number(least, most));
}

void command_line::add_processes()
{
    state_->add("--processes", state_->processes, "processes on the port, each with its workers", number(1, 256));
}

int command_line::processes() const noexcept
{
    return state_->processes;
}

int command_line::refuse(const std::string& why) const
{
    std::fprintf(stderr, "%s: %s\n", state_->cli.get_name().c_str(), why.c_str());
    return 1;
}

tl::expected<void, int> command_line::parse(int argc, char** argv)
{
    auto& cli = state_->cli;
    try {
        auto arguments = state_->environment();
        arguments.insert(arguments.end(), argv + 1, argv + argc);
        std::ranges::reverse(arguments); // CLI11 requires reverse order
        cli.parse(std::move(arguments));
    } catch (const std::invalid_argument& e) {
        return tl::unexpected(refuse(e.what()));
    } catch (const CLI::ConfigError& e) {
        return tl::unexpected(refuse(std::string("the file of --config: ") + e.what()));
    } catch (const CLI::Success& e) { // for --help or --version
        return tl::unexpected(cli.exit(e));
    } catch (const CLI::ParseError& e) {
        return tl::unexpected(refuse(e.what()));
    }
    server.log_level = parse_level(state_->log_level);
    server.log_format = state_->log_format == "json" ? rill::log_format::json : rill::log_format::text;
    server.drain_timeout = std::chrono::milliseconds(state_->drain_ms);
    // The URL is the output of the sample. It is flushed, so that a pipe gets it immediately. The log goes to standard
    // error.
    server.on_listening = [name = cli.get_name()](const std::string& url) {
        std::printf("%s: listening on %s\n", name.c_str(), url.c_str());
        std::fflush(stdout);
    };
    return {};
}

int command_line::serve(const std::function<rill::router()>& app) const
{
    const auto whole = [&, admin = state_->admin]() -> rill::handler {
        auto routes = app();
        if (admin) {
            routes.get("/metrics", rill::ops::metrics({.more = metrics}));
            routes.get("/healthz", rill::ops::healthz());
            routes.get("/readyz", rill::ops::readyz());
            routes.get("/streams", rill::ops::streams());
        }
        if (!state_->hosts.empty()) {
            routes.use(serving(state_->hosts));
        }
        return routes;
    };
    if (state_->processes == 1) {
        return rill::serve(whole, server);
    }
    const auto processes = static_cast<unsigned>(state_->processes);
    return rill::serve_processes(
        whole, server,
        {.processes = processes, .stop_timeout = server.drain_timeout + std::chrono::milliseconds(5'000)});
}

} // namespace samples
