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

    /// Options whose values go to variables that outlive parse(). A name without dashes is an argument by position,
    /// which must be given. A number outside `least` to `most` is refused.
    void add(const std::string& name, std::string& value, const std::string& description);
    void add(const std::string& name, int& value, const std::string& description,
             int least = std::numeric_limits<int>::min(), int most = std::numeric_limits<int>::max());

    /// Offers --processes, for a sample whose processes need nothing of each other.
    void add_processes();

    /// Fills in the options. Otherwise help, the version or an error was printed, and main() returns the exit code.
    tl::expected<void, int> parse(int argc, char** argv);

    /// Serves what `app` makes, in as many processes as are asked for, with the operator's routes where --admin asks
    /// for them. Does not throw: what prevents the start, also an exception that leaves `app`, is one line of the log.
    /// @return main()'s result
    int serve(const std::function<rill::router()>& app) const;

    rill::server_options server;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace samples
