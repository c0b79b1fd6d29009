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

// The command line, as far as subcommands need it. CLI11 takes seconds to compile wherever it is included: so this is
// all that the harness sees of it.
namespace bench {

/// An option that has been added, to be described further.
class cli_option
{
public:
    explicit cli_option(CLI::Option* of) noexcept : of_(of) {}

    cli_option& required();
    cli_option& description(const std::string& text);
    /// The help shows the value that the variable has now ...
    cli_option& show_default();
    /// ... or this.
    cli_option& default_text(const std::string& text);

    /// Each use takes one word, so that it does not swallow those behind it.
    cli_option& one_word();
    /// A word may hold several values, with commas in between.
    cli_option& comma_separated();
    /// 4KiB, 2GB and the like are numbers, too.
    cli_option& size();

    /// Anything else is refused. T: unsigned, int, double.
    template <class T>
    cli_option& range(T lowest, T highest);
    cli_option& not_negative();
    cli_option& one_of(const std::vector<std::string>& words);

private:
    CLI::Option* of_;
};

/// A command with its options: the program's own, or a subcommand.
class cli_command
{
public:
    explicit cli_command(CLI::App& of) noexcept : of_(&of) {}

    /// @param name  --name, or NAME for one that is told by its place
    /// @param value is set when the option is there. T: std::string, bool (a flag), double, a number of 16, 32 or 64
    /// bits without a sign, int, or a vector of std::string, int or unsigned
    template <class T>
    cli_option add(const std::string& name, T& value, const std::string& description);

    /// An option whose value `read` understands, or says what is wrong with it.
    cli_option add_read(const std::string& name, const std::string& type,
                        std::function<tl::expected<void, std::string>(const std::string&)> read,
                        const std::string& description);

    /// An option that has been added.
    cli_option option(const std::string& name);
    void remove(const std::string& name);

    cli_command add_subcommand(const std::string& name, const std::string& description);
    /// Called while parsing, once its options have been read.
    void when_chosen(std::function<void()> call);

protected:
    CLI::App& app() const noexcept { return *of_; }

private:
    CLI::App* of_;
};

/// The whole command line.
class command_line : public cli_command
{
public:
    command_line(const std::string& description, const std::string& name);
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;
    ~command_line();

    void set_version(const std::string& text);
    /// One subcommand must be there.
    void require_subcommand();

    /// Reads it. What a wrong command line, or one that only asks for help, ends the program with: then it has been
    /// said already.
    std::optional<int> parse(int argc, const char* const* argv);

    /// Reads words. What is wrong, in words; empty if nothing is.
    std::string parse(std::vector<std::string> words);

private:
    explicit command_line(std::unique_ptr<CLI::App> owned);

    std::unique_ptr<CLI::App> owned_;
};

} // namespace bench
