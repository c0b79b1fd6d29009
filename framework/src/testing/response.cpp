#include <rill/testing/response.hpp>

namespace rill::testing {

field cookie(std::string_view name, std::string_view value)
{
    return {"Cookie", std::string(name).append("=").append(value)};
}

std::string response::header(std::string_view name) const
{
    return std::string(headers.get(name).value_or(""));
}

std::string response::cookie(std::string_view name) const
{
    for (const auto line : headers.values("Set-Cookie")) {
        const auto pair = line.substr(0, line.find(';'));
        const auto equals = pair.find('=');
        if (equals != pair.npos && pair.substr(0, equals) == name) {
            return std::string(pair.substr(equals + 1));
        }
    }
    return {};
}

} // namespace rill::testing
