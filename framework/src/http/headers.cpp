#include <rill/http/headers.hpp>

#include <algorithm>

#include "http/grammar.hpp"

namespace rill {

namespace {

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool iequals(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::string_view> headers::get(std::string_view name) const noexcept
{
    const auto found = std::ranges::find_if(fields_, [&](const field& f) { return iequals(f.name, name); });
    if (found == fields_.end()) {
        return std::nullopt;
    }
    return found->value;
}

std::vector<std::string_view> headers::values(std::string_view name) const
{
    std::vector<std::string_view> all;
    for (const auto& field : fields_) {
        if (iequals(field.name, name)) {
            all.emplace_back(field.value);
        }
    }
    return all;
}

std::optional<std::string> headers::list(std::string_view name) const
{
    std::optional<std::string> all;
    for (const auto& field : fields_) {
        if (!iequals(field.name, name)) {
            continue;
        }
        if (all) {
            all->append(", ").append(field.value);
        } else {
            all = field.value;
        }
    }
    return all;
}

result<void> headers::set(std::string_view name, std::string_view value)
{
    if (!detail::is_token(name) || !detail::is_value(value)) {
        return tl::unexpected(make_error_code(error::invalid_header));
    }
    // Copy first, because the arguments may be views of a field that erase() destroys.
    field replacement{std::string(name), std::string(value)};
    erase(replacement.name);
    fields_.push_back(std::move(replacement));
    return {};
}

result<void> headers::add(std::string_view name, std::string_view value)
{
    if (!detail::is_token(name) || !detail::is_value(value)) {
        return tl::unexpected(make_error_code(error::invalid_header));
    }
    fields_.push_back({std::string(name), std::string(value)});
    return {};
}

void headers::erase(std::string_view name)
{
    const std::string owned(name); // `name` may be a view of a field that erase_if() destroys
    std::erase_if(fields_, [&](const field& f) { return iequals(f.name, owned); });
}

} // namespace rill
