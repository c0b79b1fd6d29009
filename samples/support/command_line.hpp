#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/http/metrics_writer.hpp>
#include <rill/routing/router.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace samples {

/// The options that all samples have. A sample adds its own options before parse(). The parser is in the .cpp, because
/// it takes longer to compile than the rest of a small program.
///
/// An option --some-name of the sample "ticker" has three sources. The command line has priority over the environment
/// variable TICKER_SOME_NAME. The variable has priority over some-name in the file of --config (TOML or INI). An
/// invalid value from any source is an error. The error message contains the option, its value and the allowed values.
class command_line
{
public:
    command_line(const std::string& name, const std::string& description);
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;
    ~command_line();

    /// Adds an option. parse() stores its value in the variable, which must outlive parse(). A name without dashes is a
    /// positional argument, which is required. A number outside `least` to `most` is an error.
    void add(const std::string& name, std::string& value, const std::string& description);
    /// @param wrong  checks the value; returns an empty text or an error message
    void add(const std::string& name, std::string& value, const std::string& description,
             std::function<std::string(const std::string&)> wrong);
    void add(const std::string& name, int& value, const std::string& description,
             int least = std::numeric_limits<int>::min(), int most = std::numeric_limits<int>::max());

    /// Adds --processes. Only for a sample whose processes are independent of each other, or share a log.
    void add_processes();
    int processes() const noexcept;

    /// Sets the options. If main() must return, the error is its exit code. In this case the help, the version or an
    /// error message has been printed.
    tl::expected<void, int> parse(int argc, char** argv);

    /// Prints an error message of the sample. Returns the exit code of main().
    int refuse(const std::string& why) const;

    /// Serves the router that `app` creates. Starts the number of processes of --processes. If --admin is set, also
    /// serves the routes for operators. Does not throw. A failed start, or an exception of `app`, is logged as one
    /// line.
    /// @return the exit code of main()
    int serve(const std::function<rill::router()>& app) const;

    rill::server_options server;
    /// Writes further metrics to /metrics, see rill::ops::metrics(). `app` may set it.
    std::function<void(rill::metrics_writer&)> metrics;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace samples
