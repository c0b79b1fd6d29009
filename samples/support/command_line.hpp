#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/routing/router.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace samples {

/// The options that every sample has. Further options are added before parse(). The parser is in the .cpp, because a
/// command line takes longer to compile than the rest of a small program.
///
/// An option --some-name of the sample "ticker" is read from the command line, then from the environment variable
/// TICKER_SOME_NAME, then as some-name from the file that --config names (TOML or INI). An invalid value is refused in
/// all cases. The error message names the option, its value and the allowed values.
class command_line
{
public:
    command_line(const std::string& name, const std::string& description);
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;
    ~command_line();

    /// Adds an option. Its value is stored in a variable that outlives parse(). A name without dashes is a positional
    /// argument, which is required. A number outside `least` to `most` is refused.
    void add(const std::string& name, std::string& value, const std::string& description);
    void add(const std::string& name, int& value, const std::string& description,
             int least = std::numeric_limits<int>::min(), int most = std::numeric_limits<int>::max());

    /// Adds --processes, for a sample whose processes are independent.
    void add_processes();

    /// Sets the options. The error is the exit code of main(); help, version or an error message has been printed.
    tl::expected<void, int> parse(int argc, char** argv);

    /// Serves the router that `app` creates, with the number of processes of --processes, and with the routes for the
    /// operator if --admin is set. Does not throw: a failed start, or an exception of `app`, is one line of the log.
    /// @return the result of main()
    int serve(const std::function<rill::router()>& app) const;

    rill::server_options server;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace samples
