#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/routing/router.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace samples {

/// The options that every sample has; further ones are added before parse(). What parses them stays in the .cpp: a
/// command line is the dearest thing to compile in a small program.
///
/// An option --some-name of the sample "ticker" is looked for on the command line, then in the environment as
/// TICKER_SOME_NAME, then as some-name in the file that --config names (TOML or INI). A bad value is refused wherever
/// it comes from, with its name, what it is and what is allowed.
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
