#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace rill::sse {

namespace detail {

// Not constexpr, on purpose: reaching it makes a literal a compile-time error that names the rule.
void field_value_holds_cr_lf_or_nul();

constexpr bool is_field_value(std::string_view text) noexcept
{
    for (const char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') {
            return false;
        }
    }
    return true;
}

} // namespace detail

/// A value that cannot hold CR, LF or NUL, so that it can neither end its line nor be ignored by the client (WHATWG HTML, 9.2.6:
/// an id with NUL is dropped). Borrows its text.
class field_value
{
public:
    constexpr field_value() = default;

    /// From a literal; a forbidden character is a compile-time error.
    template <std::size_t N>
    consteval field_value(const char (&literal)[N]) : text_(literal, N - 1)
    {
        if (!detail::is_field_value(text_)) {
            detail::field_value_holds_cr_lf_or_nul();
        }
    }

    /// From text known at run time. Fails with error::invalid_field_value.
    static result<field_value> parse(std::string_view text) noexcept
    {
        if (!detail::is_field_value(text)) {
            return tl::unexpected(make_error_code(error::invalid_field_value));
        }
        field_value value;
        value.text_ = text;
        return value;
    }

    constexpr std::string_view view() const noexcept { return text_; }

private:
    std::string_view text_;
};

/// The name of an event: what addEventListener() listens for. Without one it is a "message".
using event_name = field_value;

/// The id of an event, which a client sends back as Last-Event-ID when it reconnects. A number, or a field_value.
class event_id
{
public:
    template <std::size_t N>
    consteval event_id(const char (&literal)[N]) : text_(field_value(literal).view())
    {
    }
    event_id(field_value value) noexcept : text_(value.view()) {}

    template <std::integral Number>
    requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    event_id(Number number) noexcept
    {
        const auto end = std::to_chars(digits_, digits_ + sizeof digits_, number).ptr;
        count_ = static_cast<std::uint8_t>(end - digits_);
    }

    static result<event_id> parse(std::string_view text) noexcept
    {
        return field_value::parse(text).map([](field_value value) { return event_id(value); });
    }

    std::string_view view() const noexcept { return count_ != 0 ? std::string_view(digits_, count_) : text_; }

private:
    std::string_view text_;
    char digits_[23]{};
    std::uint8_t count_ = 0;
};

/// One event of a stream (WHATWG HTML, 9.2.5). Borrows everything it names; it is encoded before the first suspension, so
/// temporaries inside the braces of `send({.data = std::to_string(n)})` are fine.
struct event
{
    /// The payload; CR, LF and CRLF in it reach the client as LF. Absent: nothing is dispatched to the client's listeners.
    std::optional<std::string_view> data{};
    std::optional<event_name> name{};
    /// An empty id resets the client's last event id.
    std::optional<event_id> id{};
    /// How long the client shall wait before it reconnects.
    std::optional<std::chrono::milliseconds> retry{};
    /// Seen by people who look at the wire, not by the client.
    std::optional<std::string_view> comment{};
};

// g++ 12 destroys aggregate temporaries with non-trivial members twice inside a co_await expression.
static_assert(std::is_trivially_destructible_v<event>);

} // namespace rill::sse
