#include <rill/redis/url.hpp>

#include <algorithm>
#include <optional>
#include <rill/redis/error.hpp>
#include <string>
#include <utility>

#include "http/percent.hpp"
#include "http/whole_number.hpp"

namespace rill::redis {

namespace {

using rill::detail::whole_number;

// Names the wrong part of a URL. The message does not repeat its text. A password with an unexpected character, such as
// '/' or '?', could be in any part.
failure invalid(std::string where)
{
    return {make_error_code(errc::invalid_url), std::move(where)};
}

// Removes the text up to the separator and returns it. Without the separator, removes and returns everything.
std::string_view take_until(std::string_view& text, char separator) noexcept
{
    const auto end = text.find(separator);
    const auto taken = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return taken;
}

class url_parser
{
public:
    explicit url_parser(std::string_view text) : rest_(text) {}

    tl::expected<backplane_options, failure> parse()
    {
        const auto end = rest_.find("://");
        const auto scheme = rest_.substr(0, end == rest_.npos ? 0 : end);
        rest_.remove_prefix(scheme.empty() ? 0 : end + 3);
        const auto query = rest_.find('?');
        const auto parameters = query == rest_.npos ? std::string_view() : rest_.substr(query + 1);
        rest_ = rest_.substr(0, query);
        if (scheme == "redis") {
            parse_tcp();
        } else if (scheme == "unix" || scheme == "redis+unix") {
            parse_unix();
        } else if (scheme == "redis+sentinel") {
            parse_sentinel();
        } else if (scheme == "rediss") {
            fail("scheme \"rediss\": TLS is not supported");
        } else {
            fail("scheme \"" + std::string(scheme) + "\": redis, redis+unix, unix and redis+sentinel are allowed");
        }
        parse_parameters(parameters);
        if (failed_) {
            return tl::unexpected(std::move(*failed_));
        }
        return std::move(options_);
    }

private:
    void fail(std::string where)
    {
        if (!failed_) {
            failed_ = invalid(std::move(where));
        }
    }

    std::string decode(std::string_view text, std::string_view what)
    {
        auto value = percent_decode(text);
        if (!value) {
            fail(std::string(what) + ": '%' needs two hexadecimal digits");
        }
        return std::move(value).value_or("");
    }

    // The last '@' before the path ends the user information, because a password may contain another one.
    void take_login(std::string_view& authority)
    {
        const auto end = authority.rfind('@');
        if (end == authority.npos) {
            return;
        }
        auto login = authority.substr(0, end);
        authority.remove_prefix(end + 1);
        if (login.find(':') == login.npos) {
            fail("user information: \":\" is missing before the password");
            return;
        }
        options_.username = decode(take_until(login, ':'), "user");
        options_.password = decode(login, "password");
    }

    address parse_address(std::string_view text)
    {
        address parsed;
        const bool bracketed = text.starts_with('[');
        const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
        if (end == text.npos) {
            fail("host: \"]\" is missing");
            return parsed;
        }
        parsed.host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
        const auto rest = text.substr(bracketed ? end + 1 : end);
        if (parsed.host.empty()) {
            fail("the host is missing");
        }
        if (!rest.empty()) {
            const auto port = rest.front() == ':' ? whole_number<std::uint16_t>(rest.substr(1)) : std::nullopt;
            if (!port || *port == 0) {
                fail("port: 1 to 65535 are allowed");
            }
            parsed.port = port.value_or(0);
        }
        return parsed;
    }

    void parse_database(std::string_view text)
    {
        const auto number = whole_number<unsigned>(text);
        if (!number) {
            fail("database: a number is required");
        }
        options_.database = number.value_or(0);
    }

    void parse_tcp()
    {
        auto authority = take_until(rest_, '/');
        take_login(authority);
        options_.server = parse_address(authority);
        if (!rest_.empty()) {
            parse_database(rest_);
        }
    }

    void parse_unix()
    {
        auto authority = rest_.substr(0, rest_.find('/'));
        rest_.remove_prefix(authority.size());
        take_login(authority);
        if (!authority.empty() || rest_.size() < 2) {
            fail("the path of the socket must be absolute, as in redis+unix:///run/redis.sock");
        }
        options_.unix_socket = decode(rest_, "path");
    }

    void parse_sentinel()
    {
        constexpr std::uint16_t sentinel_port = 26379;
        auto authority = take_until(rest_, '/');
        take_login(authority);
        do {
            const auto one = take_until(authority, ',');
            auto parsed = parse_address(one);
            if (one.find(':') == one.npos || one.ends_with(']')) {
                parsed.port = sentinel_port;
            }
            options_.sentinel.addresses.push_back(std::move(parsed));
        } while (!authority.empty());
        options_.sentinel.master_name = decode(take_until(rest_, '/'), "master name");
        if (options_.sentinel.master_name.empty()) {
            fail("the master name is missing, as in redis+sentinel://host/master");
        }
        if (!rest_.empty()) {
            parse_database(rest_);
        }
    }

    template <class Number>
    Number parse_number(std::string_view name, std::string_view value)
    {
        const auto number = whole_number<Number>(value);
        if (!number || *number < 0) {
            fail("parameter " + std::string(name) + ": a number is required");
        }
        return number.value_or(0);
    }

    void parse_parameter(std::string_view name, std::string_view value)
    {
        if (name == "key") {
            options_.key = decode(value, "parameter key");
        } else if (name == "db" || name == "database") {
            parse_database(value);
        } else if (name == "max_events") {
            options_.retention.max_events = parse_number<std::uint64_t>(name, value);
        } else if (name == "max_age") {
            options_.retention.max_age = std::chrono::seconds(parse_number<std::int32_t>(name, value));
        } else if (name == "min_replicas") {
            options_.min_replicas = parse_number<unsigned>(name, value);
        } else if (name == "sentinel_user") {
            options_.sentinel.username = decode(value, "parameter sentinel_user");
        } else if (name == "sentinel_password") {
            options_.sentinel.password = decode(value, "parameter sentinel_password");
        } else {
            fail("unknown parameter: key, database, max_events, max_age, min_replicas, sentinel_user and "
                 "sentinel_password are allowed");
        }
    }

    void parse_parameters(std::string_view parameters)
    {
        while (!parameters.empty()) {
            auto value = take_until(parameters, '&');
            const auto name = take_until(value, '=');
            parse_parameter(name, value);
        }
        if (options_.key.empty()) {
            fail("the parameter key is empty");
        }
        if (!options_.username.empty() && options_.password.empty()) {
            fail("the user has no password");
        }
    }

    std::string_view rest_;
    backplane_options options_;
    std::optional<failure> failed_;
};

} // namespace

tl::expected<backplane_options, failure> parse_url(std::string_view text)
{
    return url_parser(text).parse();
}

} // namespace rill::redis
