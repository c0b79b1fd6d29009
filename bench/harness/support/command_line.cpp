#include "harness/support/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>

#include "harness/support/exit_code.hpp"

namespace bench {

cli_option& cli_option::required()
{
    of_->required();
    return *this;
}

cli_option& cli_option::description(const std::string& text)
{
    of_->description(text);
    return *this;
}

cli_option& cli_option::show_default()
{
    of_->capture_default_str();
    return *this;
}

cli_option& cli_option::default_text(const std::string& text)
{
    of_->default_str(text);
    return *this;
}

cli_option& cli_option::one_word()
{
    of_->allow_extra_args(false);
    return *this;
}

cli_option& cli_option::comma_separated()
{
    of_->delimiter(',');
    return *this;
}

cli_option& cli_option::size()
{
    of_->transform(CLI::AsSizeValue(false));
    return *this;
}

template <class T>
cli_option& cli_option::range(T lowest, T highest)
{
    of_->check(CLI::Range(lowest, highest));
    return *this;
}
template cli_option& cli_option::range(unsigned, unsigned);
template cli_option& cli_option::range(int, int);
template cli_option& cli_option::range(double, double);

cli_option& cli_option::not_negative()
{
    of_->check(CLI::NonNegativeNumber);
    return *this;
}

cli_option& cli_option::one_of(const std::vector<std::string>& words)
{
    of_->check(CLI::IsMember(words));
    return *this;
}

template <class T>
cli_option cli_command::add(const std::string& name, T& value, const std::string& description)
{
    if constexpr (std::is_same_v<T, bool>) {
        return cli_option(of_->add_flag(name, value, description));
    } else {
        return cli_option(of_->add_option(name, value, description));
    }
}
template cli_option cli_command::add(const std::string&, bool&, const std::string&);
template cli_option cli_command::add(const std::string&, std::string&, const std::string&);
template cli_option cli_command::add(const std::string&, double&, const std::string&);
template cli_option cli_command::add(const std::string&, int&, const std::string&);
template cli_option cli_command::add(const std::string&, std::uint16_t&, const std::string&);
template cli_option cli_command::add(const std::string&, std::uint32_t&, const std::string&);
template cli_option cli_command::add(const std::string&, std::uint64_t&, const std::string&);
template cli_option cli_command::add(const std::string&, std::vector<std::string>&, const std::string&);
template cli_option cli_command::add(const std::string&, std::vector<int>&, const std::string&);
template cli_option cli_command::add(const std::string&, std::vector<std::uint32_t>&, const std::string&);

cli_option cli_command::add_parsed(const std::string& name, const std::string& type,
                                   std::function<tl::expected<void, std::string>(const std::string&)> read,
                                   const std::string& description)
{
    const auto checked = [name, read = std::move(read)](const std::string& text) {
        if (const auto done = read(text); !done) {
            throw CLI::ValidationError(name, done.error());
        }
    };
    return cli_option(of_->add_option_function<std::string>(name, checked, description)->type_name(type));
}

cli_option cli_command::option(const std::string& name)
{
    return cli_option(of_->get_option(name));
}

void cli_command::remove(const std::string& name)
{
    of_->remove_option(of_->get_option(name));
}

cli_command cli_command::add_subcommand(const std::string& name, const std::string& description)
{
    return cli_command(*of_->add_subcommand(name, description));
}

void cli_command::on_selected(std::function<void()> call)
{
    of_->callback(std::move(call));
}

command_line::command_line(const std::string& description, const std::string& name)
    : command_line(std::make_unique<CLI::App>(description, name))
{}

command_line::command_line(std::unique_ptr<CLI::App> owned) : cli_command(*owned), owned_(std::move(owned)) {}

command_line::~command_line() = default;

void command_line::set_version(const std::string& text)
{
    app().set_version_flag("--version", text);
}

void command_line::require_subcommand()
{
    app().require_subcommand(1);
}

std::optional<int> command_line::parse(int argc, const char* const* argv)
{
    try {
        app().parse(argc, argv);
    } catch (const CLI::Success& e) {
        return app().exit(e);
    } catch (const CLI::ParseError& e) {
        app().exit(e);
        return bad_usage;
    }
    return std::nullopt;
}

std::string command_line::parse(std::vector<std::string> words)
{
    std::reverse(words.begin(), words.end()); // CLI11 requires the words in reverse order
    try {
        app().parse(std::move(words));
    } catch (const CLI::ParseError& e) {
        return e.what();
    }
    return "";
}

} // namespace bench
