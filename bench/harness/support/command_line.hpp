#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

// The part of CLI11 that the harness uses. Only command_line.cpp includes CLI11, because each file that includes it
// takes seconds to compile.
namespace bench {

/// An option of a command. The functions set its properties.
class cli_option
{
public:
    explicit cli_option(CLI::Option* of) noexcept : of_(of) {}

    cli_option& required();
    cli_option& description(const std::string& text);
    /// The help shows the current value of the variable as the default.
    cli_option& show_default();
    /// The help shows `text` as the default.
    cli_option& default_text(const std::string& text);

    /// Each use takes exactly one word. The words after it are positional arguments.
    cli_option& one_word();
    /// One word can hold several values, separated by commas.
    cli_option& comma_separated();
    /// Numbers can have a unit of size, such as 4KiB or 2GB.
    cli_option& size();

    /// Rejects values outside of the range. T is unsigned, int or double.
    template <class T>
    cli_option& range(T lowest, T highest);
    cli_option& not_negative();
    cli_option& one_of(const std::vector<std::string>& words);

private:
    CLI::Option* of_;
};

/// The program or one of its subcommands, with the options.
class cli_command
{
public:
    explicit cli_command(CLI::App& of) noexcept : of_(&of) {}

    /// @param name  --name, or NAME for a positional argument
    /// @param value  receives the value of the option. T is std::string, bool (a flag), double, int, an unsigned
    /// integer of 16, 32 or 64 bits, or a vector of std::string, int or unsigned.
    template <class T>
    cli_option add(const std::string& name, T& value, const std::string& description);

    /// Adds an option. `read` parses its value, and returns an error message for an invalid value.
    cli_option add_parsed(const std::string& name, const std::string& type,
                          std::function<tl::expected<void, std::string>(const std::string&)> read,
                          const std::string& description);

    /// Returns an option that already exists.
    cli_option option(const std::string& name);
    void remove(const std::string& name);

    cli_command add_subcommand(const std::string& name, const std::string& description);
    /// If the command line names this subcommand, `call` runs during parsing, after the options of the subcommand.
    void on_selected(std::function<void()> call);

protected:
    CLI::App& app() const noexcept { return *of_; }

private:
    CLI::App* of_;
};

/// The command line of the program.
class command_line : public cli_command
{
public:
    command_line(const std::string& description, const std::string& name);
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;
    ~command_line();

    void set_version(const std::string& text);
    /// Requires exactly one subcommand.
    void require_subcommand();

    /// Parses the arguments of main().
    /// @return the exit code if the program must end, because the command line was wrong or requested only the help or
    /// the version. The message has then been printed.
    std::optional<int> parse(int argc, const char* const* argv);

    /// Parses words. Returns an error message, or an empty string.
    std::string parse(std::vector<std::string> words);

private:
    explicit command_line(std::unique_ptr<CLI::App> owned);

    std::unique_ptr<CLI::App> owned_;
};

} // namespace bench
