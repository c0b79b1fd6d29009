#pragma once

#include <optional>
#include <rill/http/headers.hpp>
#include <rill/http/message.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill {

/// A request whose head and body have been read. Handlers get it by reference; it ends when the response has been
/// returned, so a stream takes along what it needs (see sse::endpoint and the extractors).
class request
{
public:
    request() = default;
    /// For tests and for callers without a socket. `target` is in origin form, e.g. "/ticks?ms=20".
    request(verb method, std::string target);

    verb method() const noexcept { return method_; }
    void method(verb method) noexcept { method_ = method; }

    /// The request target as received, and its two parts, still percent-encoded.
    std::string_view target() const noexcept { return target_; }
    std::string_view path() const noexcept;
    std::string_view query_string() const noexcept;
    void target(std::string target);

    /// 10 or 11.
    unsigned version() const noexcept { return version_; }
    void version(unsigned version) noexcept { version_ = version; }

    headers& fields() noexcept { return fields_; }
    const headers& fields() const noexcept { return fields_; }
    /// The value of the first field of that name. Of what is a list, such as Accept, all is in fields().list().
    std::optional<std::string_view> header(std::string_view name) const noexcept { return fields_.get(name); }

    const std::string& body() const noexcept { return body_; }
    void body(std::string body) { body_ = std::move(body); }

    /// The client's address, e.g. "127.0.0.1"; empty without a socket.
    const std::string& remote_address() const noexcept { return remote_address_; }
    void remote_address(std::string address) { remote_address_ = std::move(address); }

    /// The pattern of the route that took the request, e.g. "/rooms/{room}"; empty before the router, and without one.
    const std::string& route() const noexcept { return route_; }
    void route(std::string_view pattern) { route_ = pattern; }

    /// What the router took from the path, percent-decoded.
    std::optional<std::string_view> path_parameter(std::string_view name) const noexcept;
    void path_parameter(std::string name, std::string value);
    void clear_path_parameters() { path_parameters_.clear(); }

    /// The first query parameter of that name, form-decoded ('+' is a space).
    std::optional<std::string> query_parameter(std::string_view name) const;

    /// The first cookie of that name (RFC 6265, 5.4), as sent. There should be one line of cookies, but several are
    /// read: who takes HTTP/2 for a server of HTTP/1.1 may have left them so.
    std::optional<std::string_view> cookie(std::string_view name) const noexcept;

private:
    verb method_ = verb::get;
    unsigned version_ = 11;
    std::string target_ = "/";
    headers fields_;
    std::string body_;
    std::string remote_address_;
    std::string route_;
    std::vector<std::pair<std::string, std::string>> path_parameters_;
};

} // namespace rill
