#include <rill/http/request.hpp>

#include "http/percent.hpp"

namespace rill {

namespace {

std::optional<std::string_view> cookie_in(std::string_view rest, std::string_view name) noexcept
{
    while (!rest.empty()) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        const auto end = std::min(rest.find(';'), rest.size());
        const auto pair = rest.substr(0, end);
        const auto equals = pair.find('=');
        if (equals != pair.npos && pair.substr(0, equals) == name) {
            return pair.substr(equals + 1);
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::nullopt;
}

// Calls `take(value)` with the undecoded value of each parameter with this name. Stops when a call returns false.
template <class Take>
void for_each_parameter(std::string_view query, std::string_view name, Take take)
{
    for (bool more = true; more && !query.empty();) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        if (!pair.empty() && form_decode(pair.substr(0, equals)) == name) {
            more = take(pair.substr(std::min(equals + 1, pair.size())));
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
}

} // namespace

request::request(verb method, std::string target) : method_(method), target_(std::move(target)) {}

std::string_view request::method_name() const noexcept
{
    if (method_ == verb::unknown) {
        return method_name_;
    }
    const auto name = boost::beast::http::to_string(method_);
    return {name.data(), name.size()};
}

void request::set_method(std::string_view name)
{
    method_ = boost::beast::http::string_to_verb({name.data(), name.size()});
    method_name_ = method_ == verb::unknown ? name : std::string_view();
}

void request::set_target(std::string target)
{
    target_ = std::move(target);
}

std::string_view request::path() const noexcept
{
    return std::string_view(target_).substr(0, target_.find('?'));
}

std::string_view request::query_string() const noexcept
{
    const auto mark = target_.find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(target_).substr(mark + 1);
}

std::optional<std::string_view> request::path_parameter(std::string_view name) const noexcept
{
    for (const auto& [key, value] : path_parameters_) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

void request::add_path_parameter(std::string name, std::string value)
{
    path_parameters_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string> request::query_parameter(std::string_view name) const
{
    std::optional<std::string> first;
    for_each_parameter(query_string(), name, [&](std::string_view value) {
        first = form_decode(value);
        return false;
    });
    return first;
}

std::vector<std::string> request::query_parameters(std::string_view name) const
{
    std::vector<std::string> all;
    for_each_parameter(query_string(), name, [&](std::string_view value) {
        all.push_back(form_decode(value));
        return true;
    });
    return all;
}

std::optional<std::string_view> request::cookie(std::string_view name) const noexcept
{
    for (const auto& field : fields_) {
        if (iequals(field.name, "Cookie")) {
            if (const auto value = cookie_in(field.value, name)) {
                return value;
            }
        }
    }
    return std::nullopt;
}

} // namespace rill
