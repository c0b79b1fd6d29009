#include "harness/support/share.hpp"

#include <charconv>

#include "harness/support/text.hpp"

namespace bench {

tl::expected<double, std::string> parse_share(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit == "%" || unit == " %") {
        value /= 100;
    }
    if (error != std::errc() || (!unit.empty() && unit != "%" && unit != " %") || !(value > 0 && value <= 1)) {
        return tl::unexpected("'" + std::string(text) +
                              "' is not a share; write for example 10% or 0.1; the maximum is 100%");
    }
    return value;
}

cli_option add_share(cli_command& command, const std::string& name, double& value, const std::string& description)
{
    const auto read = [&value](const std::string& text) {
        return parse_share(text).map([&value](double share) { value = share; });
    };
    return command.add_parsed(name, "SHARE", read, description).default_text(fixed(value * 100, 3) + "%");
}

} // namespace bench
