#include <rill/nats/url.hpp>

#include <algorithm>
#include <boost/system/errc.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "http/percent.hpp"
#include "http/whole_number.hpp"

namespace rill::nats {

namespace {

constexpr std::string_view scheme = "nats://";

using problem = std::optional<std::string>; // a message, or nothing

// Removes the text before the first `separator`, and the separator. Without one, takes everything.
std::string_view take(std::string_view& text, char separator) noexcept
{
    const auto end = text.find(separator);
    const auto part = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return part;
}

problem read_user(std::string_view text, backplane_options& to)
{
    const bool has_password = text.find(':') != text.npos;
    const auto user = percent_decode(take(text, ':'));
    const auto password = percent_decode(text);
    if (!user || !password || user->empty()) {
        return "the user before '@' is empty or not percent-encoded correctly";
    }
    (has_password ? to.username : to.token) = *user;
    to.password = *password;
    return {};
}

bool is_host_and_port(std::string_view text)
{
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == text.npos || end == 0 || (bracketed && end == 1)) {
        return false;
    }
    const auto port = text.substr(bracketed ? end + 1 : end);
    return text.find_first_of(" /?#@\"\\") == text.npos &&
           (port.empty() ||
            (port.front() == ':' && rill::detail::whole_number<std::uint16_t>(port.substr(1)).value_or(0) != 0));
}

problem read_servers(std::string_view text, backplane_options& to)
{
    to.servers.clear();
    while (!text.empty()) {
        const auto server = take(text, ',');
        if (!is_host_and_port(server)) {
            return "\"" + std::string(server) + "\" is not HOST or HOST:PORT";
        }
        to.servers.push_back(std::string(scheme).append(server));
    }
    return to.servers.empty() ? problem("the URL has no host") : problem();
}

template <class Number, class Set>
problem read_number(std::string_view name, std::string_view value, const Set& set)
{
    const auto number = rill::detail::whole_number<Number>(value);
    if (!number) {
        return std::string(name) + " is \"" + std::string(value) + "\", but must be a number";
    }
    set(*number);
    return {};
}

problem read_choice(std::string_view name, std::string_view value, std::string_view yes, std::string_view no, bool& to)
{
    if (value != yes && value != no) {
        return std::string(name) + " is \"" + std::string(value) + "\", but must be " + std::string(yes) + " or " +
               std::string(no);
    }
    to = value == yes;
    return {};
}

problem read_parameter(std::string_view name, const std::string& value, backplane_options& to)
{
    if (name == "prefix" || name == "credentials") {
        (name == "prefix" ? to.subject_prefix : to.credentials_file) = value;
        return {};
    }
    if (name == "storage") {
        bool file = true;
        auto wrong = read_choice(name, value, "file", "memory", file);
        to.storage = file ? storage::file : storage::memory;
        return wrong;
    }
    if (name == "create") {
        return read_choice(name, value, "true", "false", to.create_stream);
    }
    if (name == "replicas") {
        return read_number<unsigned>(name, value, [&](unsigned n) { to.replicas = n; });
    }
    if (name == "max_events" || name == "max_bytes") {
        auto& limit = name == "max_events" ? to.retention.max_events : to.retention.max_bytes;
        return read_number<std::uint64_t>(name, value, [&](std::uint64_t n) { limit = n; });
    }
    if (name == "max_age") {
        return read_number<std::uint32_t>(name, value, [&](auto n) { to.retention.max_age = std::chrono::seconds(n); });
    }
    if (name == "duplicate_window") {
        return read_number<std::uint32_t>(name, value, [&](auto n) { to.duplicate_window = std::chrono::seconds(n); });
    }
    return "the parameter \"" + std::string(name) + "\" is unknown";
}

problem read_query(std::string_view text, backplane_options& to)
{
    while (!text.empty()) {
        auto value = take(text, '&');
        const auto name = take(value, '=');
        const auto decoded = percent_decode(value);
        auto wrong = decoded ? read_parameter(name, *decoded, to)
                             : problem("the value of \"" + std::string(name) + "\" is not percent-encoded correctly");
        if (wrong) {
            return wrong;
        }
    }
    return {};
}

problem read_url(std::string_view text, backplane_options& to)
{
    if (!text.starts_with(scheme)) {
        return "the URL does not begin with nats://";
    }
    text.remove_prefix(scheme.size());
    auto query = text;
    auto path = take(query, '?');
    auto authority = take(path, '/');
    if (const auto at = authority.rfind('@'); at != authority.npos) {
        if (auto wrong = read_user(authority.substr(0, at), to)) {
            return wrong;
        }
        authority.remove_prefix(at + 1);
    }
    if (auto wrong = read_servers(authority, to)) {
        return wrong;
    }
    if (!path.empty()) {
        to.stream = path;
    }
    return read_query(query, to);
}

} // namespace

tl::expected<backplane_options, failure> parse_url(std::string_view text)
{
    backplane_options options;
    if (auto wrong = read_url(text, options)) {
        const auto code = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
        return tl::unexpected(failure(code, std::move(*wrong)));
    }
    return options;
}

} // namespace rill::nats
