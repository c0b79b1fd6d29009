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

/// A request. Its head and body have arrived. If the handler reads the body with a body_reader, only the head has
/// arrived. Handlers get the request by reference. It is destroyed after the handler has returned the response.
/// Therefore a stream must copy the data that it needs (see sse::endpoint and the extractors).
class request
{
public:
    request() = default;
    /// Creates a request without a connection, e.g. in tests. `target` is in origin form, e.g. "/ticks?ms=20".
    request(verb method, std::string target);

    /// The method, or verb::unknown for a method that is not in `verb`, such as QUERY.
    verb method() const noexcept { return method_; }
    void set_method(verb method) noexcept { method_ = method; }

    /// The method as sent by the client, e.g. "GET" or "QUERY".
    std::string_view method_name() const noexcept;
    /// Sets the method by its name, which is case-sensitive (RFC 9110, section 9.1).
    void set_method(std::string_view name);

    /// The request target as received, and its path and query. They are percent-encoded.
    std::string_view target() const noexcept { return target_; }
    std::string_view path() const noexcept;
    std::string_view query_string() const noexcept;
    void set_target(std::string target);

    /// The HTTP version: 10 or 11.
    unsigned version() const noexcept { return version_; }
    void set_version(unsigned version) noexcept { version_ = version; }

    headers& fields() noexcept { return fields_; }
    const headers& fields() const noexcept { return fields_; }
    /// Returns the value of the first header field with this name. For a list, such as Accept, use fields().list().
    std::optional<std::string_view> header(std::string_view name) const noexcept { return fields_.get(name); }

    /// The body. It is empty if streams_body() is true.
    const std::string& body() const noexcept { return body_; }
    void set_body(std::string body) { body_ = std::move(body); }
    std::string take_body() { return std::exchange(body_, {}); }

    /// Whether a body_reader reads the body.
    bool streams_body() const noexcept { return source_ != nullptr; }

    /// The source of a body_reader. Connections set it.
    const std::shared_ptr<detail::body_source>& body_source() const noexcept { return source_; }
    void set_body_source(std::shared_ptr<detail::body_source> source) noexcept { source_ = std::move(source); }

    /// Header fields for a 500 that does not pass through the middleware. The server sends such a 500 if nothing
    /// catches an exception of the handler, or if the handler's response cannot be sent. Middleware that adds fields to
    /// responses also sets them here, before it calls the next handler.
    headers& answer_fields() noexcept { return answer_fields_; }
    const headers& answer_fields() const noexcept { return answer_fields_; }

    /// The client's address, e.g. "127.0.0.1". An IPv4 address never has the IPv6-mapped form. It is "unix" for a
    /// client of a Unix socket, and empty without a connection.
    const std::string& remote_address() const noexcept { return remote_address_; }
    void set_remote_address(std::string address) { remote_address_ = std::move(address); }

    /// The pattern of the request's route, e.g. "/rooms/{room}". It is empty before the router has run, and without a
    /// router.
    const std::string& route() const noexcept { return route_; }
    void set_route(std::string_view pattern) { route_ = pattern; }

    /// Returns a path parameter, percent-decoded.
    std::optional<std::string_view> path_parameter(std::string_view name) const noexcept;
    void add_path_parameter(std::string name, std::string value);
    void clear_path_parameters() { path_parameters_.clear(); }

    /// Returns the first query parameter with this name, form-decoded ('+' is a space).
    std::optional<std::string> query_parameter(std::string_view name) const;
    /// Returns all query parameters with this name, in their order, form-decoded.
    std::vector<std::string> query_parameters(std::string_view name) const;

    /// Returns the first cookie with this name (RFC 6265, section 5.4), as sent. Several Cookie lines are read, because
    /// a proxy that translates HTTP/2 to HTTP/1.1 may leave them separate.
    std::optional<std::string_view> cookie(std::string_view name) const noexcept;

    /// Sets a value for later middleware and the handler, such as the authenticated user. They read it with the
    /// extractor rill::attribute<T> or with attribute<T>(). A request has at most one value of each type. A second call
    /// with the same type replaces the value. Copies of the request share the values that were set before the copy.
    template <class T>
    void set_attribute(T value)
    {
        attributes_ = std::make_shared<const detail::attribute_value<T>>(std::move(value), std::move(attributes_));
    }

    /// Returns the value of exactly this type, or nullptr. The value exists until the request and its copies are
    /// destroyed.
    template <class T>
    const T* attribute() const noexcept
    {
        static_assert(std::is_same_v<T, std::decay_t<T>>,
                      "attributes are values: T must be neither a reference nor const");
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
    std::string method_name_; // for verb::unknown
    std::string target_ = "/";
    headers fields_;
    headers answer_fields_;
    std::string body_;
    std::shared_ptr<detail::body_source> source_;
    std::string remote_address_;
    std::string route_;
    std::vector<std::pair<std::string, std::string>> path_parameters_;
    std::shared_ptr<const detail::attribute_node> attributes_; // nullptr if there are none
};

} // namespace rill
