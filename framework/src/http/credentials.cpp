#include <rill/http/credentials.hpp>

#include <algorithm>

namespace rill {

namespace {

std::optional<std::string_view> only_authorization(const headers& fields) noexcept
{
    std::optional<std::string_view> only;
    for (const auto& field : fields) {
        if (iequals(field.name, "Authorization")) {
            if (only) {
                return std::nullopt;
            }
            only = field.value;
        }
    }
    return only;
}

} // namespace

std::optional<std::string_view> credentials(const request& req, std::string_view scheme) noexcept
{
    auto rest = only_authorization(req.fields()).value_or("");
    if (!iequals(rest.substr(0, scheme.size()), scheme)) {
        return std::nullopt;
    }
    rest.remove_prefix(scheme.size());
    const auto spaces = std::min(rest.find_first_not_of(' '), rest.size());
    rest.remove_prefix(spaces);
    rest = rest.substr(0, rest.find_last_not_of(' ') + 1);
    if (spaces == 0 || rest.empty() || rest.front() == '\t') { // only spaces are allowed before the credentials
        return std::nullopt;
    }
    return rest;
}

bool equal_in_constant_time(std::string_view guess, std::string_view secret) noexcept
{
    unsigned difference = guess.size() == secret.size() ? 0 : 1;
    for (std::size_t i = 0; i < guess.size() && !secret.empty(); ++i) {
        difference |= static_cast<unsigned char>(guess[i] ^ secret[i % secret.size()]);
    }
    return difference == 0;
}

} // namespace rill
