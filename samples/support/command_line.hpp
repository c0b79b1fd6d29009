#pragma once

#include <limits>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace samples {

/// The options that every sample has; further ones are added before parse(). What parses them stays in the .cpp: a
/// command line is the dearest thing to compile in a small program.
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

    /// Fills in the options. Otherwise help, the version or an error was printed, and main() returns the exit code.
    tl::expected<void, int> parse(int argc, char** argv);

    rill::server_options server;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace samples
