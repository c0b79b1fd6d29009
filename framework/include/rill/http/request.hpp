#pragma once

#include <memory>
#include <optional>
#include <rill/http/detail/attribute_node.hpp>
#include <rill/http/headers.hpp>
#include <rill/http/message.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace rill {

namespace detail {
class body_source;
}

/// A request whose head and body have been read; only its head, where its handler reads the body while it arrives (see
/// body_reader). Handlers get it by reference; it ends when the response has been returned, so a stream takes along
/// what it needs (see sse::endpoint and the extractors).
class request
{
public:
    request() = default;
    /// For tests and for callers without a socket. `target` is in origin form, e.g. "/ticks?ms=20".
    request(verb method, std::string target);

    /// verb::unknown for one that has only a name, such as QUERY.
    verb method() const noexcept { return method_; }
    void method(verb method) noexcept { method_ = method; }

    /// As the client has sent it, e.g. "GET" or "QUERY".
    std::string_view method_name() const noexcept;
    /// Sets the method by its name, which is case-sensitive (RFC 9110, 9.1).
    void method(std::string_view name);

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

    /// Empty where streams_body().
    const std::string& body() const noexcept { return body_; }
    void body(std::string body) { body_ = std::move(body); }
    std::string take_body() { return std::exchange(body_, {}); }

    /// Whether the body is read by a body_reader, and not in body().
    bool streams_body() const noexcept { return source_ != nullptr; }

    /// What a body_reader reads from. For connections.
    const std::shared_ptr<detail::body_source>& body_source() const noexcept { return source_; }
    void body_source(std::shared_ptr<detail::body_source> source) noexcept { source_ = std::move(source); }

    /// Fields for an answer that does not come back through the middleware: 500 where the handler throws, and nobody
    /// catches that, or where its answer can't be sent. Middleware that marks responses sets them here as well, before
    /// it calls the next handler.
    headers& answer_fields() noexcept { return answer_fields_; }
    const headers& answer_fields() const noexcept { return answer_fields_; }

    /// The client's address, e.g. "127.0.0.1", never as mapped into IPv6; "unix" through a Unix socket; empty without a
    /// socket.
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
    /// All of that name, in their order; one that can't be decoded is empty.
    std::vector<std::string> query_parameters(std::string_view name) const;

    /// The first cookie of that name (RFC 6265, 5.4), as sent. There should be one line of cookies, but several are
    /// read: who takes HTTP/2 for a server of HTTP/1.1 may have left them so.
    std::optional<std::string_view> cookie(std::string_view name) const noexcept;

    /// Gives the request a value for those behind: middleware sets it, such as the user who has logged in, and handlers
    /// take it by the extractor rill::attribute<T>, or by attribute<T>(). There is one value of a type; another one
    /// takes its place. Copies of the request share the values that it has at that time.
    template <class T>
    void set_attribute(T value)
    {
        attributes_ = std::make_shared<const detail::attribute_value<T>>(std::move(value), std::move(attributes_));
    }

    /// The value of exactly that type, or null. It stays where it is until the request and its copies have ended.
    template <class T>
    const T* attribute() const noexcept
    {
        static_assert(std::is_same_v<T, std::decay_t<T>>, "attributes are values: T is neither a reference nor const");
        for (const auto* node = attributes_.get(); node != nullptr; node = node->next.get()) {
            if (node->type == typeid(T)) {
                return &static_cast<const detail::attribute_value<T>*>(node)->value;
            }
        }
        return nullptr;
    }

private:
    verb method_ = verb::get;
    unsigned version_ = 11;
    std::string method_name_; // of verb::unknown
    std::string target_ = "/";
    headers fields_;
    headers answer_fields_;
    std::string body_;
    std::shared_ptr<detail::body_source> source_;
    std::string remote_address_;
    std::string route_;
    std::vector<std::pair<std::string, std::string>> path_parameters_;
    std::shared_ptr<const detail::attribute_node> attributes_; // null while there are none
};

} // namespace rill
