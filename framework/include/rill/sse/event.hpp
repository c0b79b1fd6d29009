#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <rill/core/detail/saturated.hpp>
#include <rill/core/error.hpp>
#include <rill/http/detail/spread.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace rill::sse {

namespace detail {

// Not constexpr, on purpose: reaching it makes a literal a compile-time error that names the rule.
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

/// A head holds other fields as well, and what stands between has limits of its own.
inline constexpr std::size_t longest_event_id = 1024;

/// Whether it comes back as it is in a Last-Event-ID header (RFC 9110, 5.5): there space and tab around the value are
/// not part of it, and control characters not allowed.
constexpr bool is_event_id(std::string_view text) noexcept
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if ((code < 0x20 && c != '\t') || code == 0x7f) {
            return false;
        }
    }
    return text.empty() || (text.size() <= longest_event_id && !blank(text.front()) && !blank(text.back()));
}

} // namespace detail

/// Borrowed text that may be absent, which is not the same as empty. One of these for each field of every event lies in
/// the handler's coroutine frame: half the size of an optional string_view counts.
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

/// Text that is known at run time only. Literals are arrays of const characters.
template <class Text>
concept run_time_text =
    std::convertible_to<Text, std::string_view> &&
    !(std::is_array_v<std::remove_reference_t<Text>> && std::is_const_v<std::remove_reference_t<Text>>);

} // namespace detail

/// A value that cannot hold CR, LF or NUL, so that it can neither end its line nor be ignored by the client (WHATWG
/// HTML, 9.2.6: an id with NUL is dropped). Borrows its text; by default absent.
class field_value
{
public:
    constexpr field_value() = default;

    /// From a literal; a forbidden character is a compile-time error.
    template <std::size_t N>
    consteval field_value(const char (&literal)[N]) : text_(std::string_view(literal, N - 1))
    {
        if (!detail::is_field_value(text_.view())) {
            detail::field_value_holds_cr_lf_or_nul();
        }
    }

    // Text known at run time does not convert; these say what does.
    template <detail::run_time_text Text>
    constexpr field_value(Text&&)
    {
        static_assert(detail::never<Text>,
                      "text that is known at run time may hold a line break, which would end the field: for .name use "
                      "event_name::parse(text), and give the value of its result");
    }
    template <std::same_as<field_value> Value>
    constexpr field_value(const result<Value>&)
    {
        static_assert(detail::never<Value>,
                      "event_name::parse() may fail: test its result first, then give its value, as in .name = *name");
    }

    /// From text known at run time. Fails with error::invalid_field_value.
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

/// The name of an event: what addEventListener() listens for. Without one it is a "message".
using event_name = field_value;

/// The id of an event, which a client sends back as Last-Event-ID when it reconnects. A number, or text that comes back
/// in that header as it was: of 1024 bytes at most, without control characters but tabs, and without space or tab at
/// its ends. An empty one resets what the client remembers.
class event_id
{
public:
    constexpr event_id() = default;

    /// From a literal; what does not fit a header is a compile-time error.
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

    // Text known at run time does not convert; these say what does.
    template <detail::run_time_text Text>
    constexpr event_id(Text&&)
    {
        static_assert(detail::never<Text>,
                      "text that is known at run time may hold a line break, which would end the field: for .id use "
                      "event_id::parse(text), and give the value of its result; a number is given as it is");
    }
    template <class Value>
        requires(std::same_as<Value, event_id>)
    constexpr event_id(const result<Value>&)
    {
        static_assert(detail::never<Value>,
                      "event_id::parse() may fail: test its result first, then give its value, as in .id = *id");
    }

    /// From text known at run time. Fails with error::invalid_event_id for what would not come back.
    static result<event_id> parse(std::string_view value) noexcept
    {
        if (!detail::is_event_id(value)) {
            return tl::unexpected(make_error_code(error::invalid_event_id));
        }
        return event_id(value, unchecked());
    }

    constexpr explicit operator bool() const noexcept { return data_ != nullptr; }

    /// The text, for which a number needs somewhere to put its digits.
    std::string_view view(std::span<char, 20> digits) const noexcept;

private:
    struct unchecked
    {};
    constexpr event_id(std::string_view text, unchecked) noexcept
        : data_(text.data() != nullptr ? text.data() : ""), value_(static_cast<std::int64_t>(text.size()))
    {}

    // In place of a pointer to text: value_ is the number.
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
    /// From any duration, such as 3s; a fraction of a millisecond is cut off, less than nothing is 0. More than 2^31 -
    /// 1 ms, which are 24 days, is that: with more the timers of many clients expire at once.
    template <class Rep, class Period>
    constexpr retry_time(std::chrono::duration<Rep, Period> time)
        : milliseconds_(rill::detail::saturated<std::chrono::milliseconds>(time).count())
    {
        milliseconds_ = milliseconds_ < 0 ? 0 : milliseconds_;
        constexpr std::int64_t longest = rill::detail::longest_retry.count();
        milliseconds_ = milliseconds_ > longest ? longest : milliseconds_;
    }

    constexpr explicit operator bool() const noexcept { return milliseconds_ >= 0; }
    constexpr std::int64_t milliseconds() const noexcept { return milliseconds_; }

private:
    std::int64_t milliseconds_ = -1;
};

/// One event of a stream (WHATWG HTML, 9.2.5). Borrows everything it names; it is encoded before the first suspension,
/// so temporaries inside the braces of `send({.data = std::to_string(n)})` are fine.
struct event
{
    /// The payload; CR, LF and CRLF in it reach the client as LF. Absent: nothing is dispatched to the client's
    /// listeners.
    text data{};
    event_name name{};
    /// An empty id resets the client's last event id.
    event_id id{};
    /// How long the client shall wait before it reconnects.
    retry_time retry{};
    /// Seen by people who look at the wire, not by the client.
    text comment{};
};

// g++ 12 destroys aggregate temporaries with non-trivial members twice inside a co_await expression.
static_assert(std::is_trivially_destructible_v<event>);

} // namespace rill::sse
