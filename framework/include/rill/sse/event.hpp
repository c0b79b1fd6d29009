#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <rill/core/detail/saturated.hpp>
#include <rill/core/error.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <rill/http/detail/max_retry.hpp>

namespace rill::sse {

namespace detail {

// These functions are not constexpr. Therefore a call in a constant expression is a compile-time error, and the error
// message contains the rule.
void field_value_holds_cr_lf_or_nul();
void event_id_does_not_fit_a_header();

constexpr bool is_field_value(std::string_view text) noexcept
{
    for (const char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') {
            return false;
        }
    }
    return true;
}

/// Maximum size of an id, in bytes. A request head also has other fields, and proxies limit its size.
inline constexpr std::size_t max_event_id = 1024;

/// Whether a client can send the id back unchanged in a Last-Event-ID header (RFC 9110, section 5.5). In a header,
/// leading and trailing spaces and tabs are not part of the value, and control characters are not allowed.
constexpr bool is_event_id(std::string_view text) noexcept
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if ((code < 0x20 && c != '\t') || code == 0x7f) {
            return false;
        }
    }
    return text.empty() || (text.size() <= max_event_id && !blank(text.front()) && !blank(text.back()));
}

} // namespace detail

/// A reference to text, which may be absent. Absent text is different from empty text. This class is smaller than an
/// optional string_view, because the handler's coroutine frame holds one object for each field of each event.
class text
{
public:
    constexpr text() = default;
    constexpr text(std::string_view value) : data_(value.data() != nullptr ? value.data() : ""), size_(value.size()) {}
    constexpr text(const char* value) : text(std::string_view(value)) {}
    text(const std::string& value) : text(std::string_view(value)) {}

    constexpr explicit operator bool() const noexcept { return data_ != nullptr; }
    constexpr std::string_view view() const noexcept { return {data_, size_}; }

private:
    const char* data_ = nullptr;
    std::size_t size_ = 0;
};

namespace detail {

template <class>
inline constexpr bool never = false;

/// Text that is known only at run time. Literals are arrays of const characters.
template <class Text>
concept run_time_text =
    std::convertible_to<Text, std::string_view> &&
    !(std::is_array_v<std::remove_reference_t<Text>> && std::is_const_v<std::remove_reference_t<Text>>);

} // namespace detail

/// A value without CR, LF and NUL. CR and LF would end the line, and a client ignores an id with NUL (WHATWG HTML,
/// 9.2.6). It refers to its text and does not copy it. By default it is absent.
class field_value
{
public:
    constexpr field_value() = default;

    /// Converts a literal. A forbidden character is a compile-time error.
    template <std::size_t N>
    consteval field_value(const char (&literal)[N]) : text_(std::string_view(literal, N - 1))
    {
        if (!detail::is_field_value(text_.view())) {
            detail::field_value_holds_cr_lf_or_nul();
        }
    }

    // Text that is known only at run time does not convert. These overloads say what to use.
    template <detail::run_time_text Text>
    constexpr field_value(Text&&) // NOLINT(bugprone-forwarding-reference-overload): constrained, never compiles
    {
        static_assert(
            detail::never<Text>,
            "text that is known at run time may contain a line break, which would end the field: for .name use "
            "event_name::parse(text), and pass the value of its result");
    }
    template <std::same_as<field_value> Value>
    constexpr field_value(const result<Value>&)
    {
        static_assert(detail::never<Value>,
                      "event_name::parse() may fail: test its result first, then pass its value, as in .name = *name");
    }

    /// Converts text that is known at run time. Fails with error::invalid_field_value.
    static result<field_value> parse(std::string_view value) noexcept
    {
        if (!detail::is_field_value(value)) {
            return tl::unexpected(make_error_code(error::invalid_field_value));
        }
        field_value parsed;
        parsed.text_ = value;
        return parsed;
    }

    constexpr explicit operator bool() const noexcept { return static_cast<bool>(text_); }
    constexpr std::string_view view() const noexcept { return text_.view(); }

private:
    text text_;
};

/// The name of an event. A client passes this name to addEventListener(). If an event has no name, the client uses
/// "message".
using event_name = field_value;

/// The id of an event. A client sends it back as Last-Event-ID when it reconnects. It is a number, or text that fits
/// into this header: at most 1024 bytes, no control characters except tabs, no leading or trailing space or tab. An
/// empty id resets the last event id of the client.
class event_id
{
public:
    constexpr event_id() = default;

    /// Converts a literal. An id that does not fit into the header is a compile-time error.
    template <std::size_t N>
    consteval event_id(const char (&literal)[N]) : event_id(std::string_view(literal, N - 1), unchecked())
    {
        if (!detail::is_event_id(std::string_view(literal, N - 1))) {
            detail::event_id_does_not_fit_a_header();
        }
    }

    template <std::integral Number>
        requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    constexpr event_id(Number number) noexcept
        : data_(std::is_signed_v<Number> ? &signed_number : &unsigned_number), value_(static_cast<std::int64_t>(number))
    {}

    // Text that is known only at run time does not convert. These overloads say what to use.
    template <detail::run_time_text Text>
    constexpr event_id(Text&&) // NOLINT(bugprone-forwarding-reference-overload): constrained, never compiles
    {
        static_assert(detail::never<Text>,
                      "text that is known at run time may contain a line break, which would end the field: for .id use "
                      "event_id::parse(text), and pass the value of its result; a number needs no parse()");
    }
    template <class Value>
        requires(std::same_as<Value, event_id>)
    constexpr event_id(const result<Value>&)
    {
        static_assert(detail::never<Value>,
                      "event_id::parse() may fail: test its result first, then pass its value, as in .id = *id");
    }

    /// Converts text that is known at run time. Fails with error::invalid_event_id.
    static result<event_id> parse(std::string_view value) noexcept
    {
        if (!detail::is_event_id(value)) {
            return tl::unexpected(make_error_code(error::invalid_event_id));
        }
        return event_id(value, unchecked());
    }

    constexpr explicit operator bool() const noexcept { return data_ != nullptr; }

    /// Returns the text. A number is written to `digits`.
    std::string_view view(std::span<char, 20> digits) const noexcept;

private:
    struct unchecked
    {};
    constexpr event_id(std::string_view text, unchecked) noexcept
        : data_(text.data() != nullptr ? text.data() : ""), value_(static_cast<std::int64_t>(text.size()))
    {}

    // data_ points to one of these if value_ is a number.
    static constexpr char signed_number = 0;
    static constexpr char unsigned_number = 0;

    const char* data_ = nullptr;
    std::int64_t value_ = 0;
};

/// A reconnection time that may be absent.
class retry_time
{
public:
    constexpr retry_time() = default;
    /// Converts any duration, such as 3s. It is rounded down to milliseconds and limited to the range from 0 to 24 days
    /// (2^31 - 1 ms). With a longer time, the timers of many clients expire at once.
    template <class Rep, class Period>
    constexpr retry_time(std::chrono::duration<Rep, Period> time)
        : milliseconds_(rill::detail::saturated<std::chrono::milliseconds>(time).count())
    {
        milliseconds_ = milliseconds_ < 0 ? 0 : milliseconds_;
        constexpr std::int64_t max = rill::detail::max_retry.count();
        milliseconds_ = milliseconds_ > max ? max : milliseconds_;
    }

    constexpr explicit operator bool() const noexcept { return milliseconds_ >= 0; }
    constexpr std::int64_t milliseconds() const noexcept { return milliseconds_; }

private:
    std::int64_t milliseconds_ = -1;
};

/// One event of a stream (WHATWG HTML, section 9.2.5). It refers to its text and does not copy it. send() encodes the
/// event before the first suspension. Therefore temporaries inside the braces of `send({.data = std::to_string(n)})`
/// are safe.
struct event
{
    /// The payload. The client receives CR, LF and CRLF as LF. If the payload is absent, the client calls no listener.
    text data{};
    event_name name{};
    /// The id. An empty id resets the client's last event id.
    event_id id{};
    /// The time that the client waits before it reconnects.
    retry_time retry{};
    /// A comment, which the client ignores.
    text comment{};
};

// g++ 12 destroys aggregate temporaries with non-trivial members twice inside a co_await expression.
static_assert(std::is_trivially_destructible_v<event>);

} // namespace rill::sse
