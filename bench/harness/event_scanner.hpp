#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bench {

/// Finds events in the body of an event stream (WHATWG HTML, 9.2.6), and in them the numbers that a check needs.
/// Incremental: keeps numbers, no text.
class event_scanner
{
public:
    /// Goes on to the end of the next event, and removes what it has read from the front of `bytes`. False when they
    /// are used up before. An event without data is none, as the specification says.
    bool next(std::string_view& bytes) noexcept;

    /// Of the event that next() has just ended: its data, if that is one line of at most 19 decimal digits and nothing
    /// else.
    std::optional<std::uint64_t> data() const noexcept { return number(data_, data_value_); }
    /// The same of its id.
    std::optional<std::uint64_t> id() const noexcept { return number(id_, id_value_); }

private:
    enum class state : std::uint8_t
    {
        line_start,
        name,
        value_start,
        digits,
        rest
    };
    enum class field : std::uint8_t
    {
        data,
        id
    };
    enum class content : std::uint8_t
    {
        absent,
        number,
        other
    };

    static std::optional<std::uint64_t> number(content what, std::uint64_t value) noexcept
    {
        return what == content::number ? std::optional(value) : std::nullopt;
    }

    void start_name(char c) noexcept;
    void read_name(char c) noexcept;
    void start_value() noexcept;
    const char* read_digits(const char* at, const char* end) noexcept;
    bool end_line() noexcept;
    content& content_of_field() noexcept { return field_ == field::data ? data_ : id_; }

    std::uint64_t data_value_ = 0;
    std::uint64_t id_value_ = 0;
    state state_ = state::line_start;
    field field_ = field::data;
    std::uint8_t position_ = 0; ///< in the field's name, or how many digits there were
    content data_ = content::absent;
    content id_ = content::absent;
    bool after_cr_ = false;
    bool is_complete_ = false;
};

static_assert(sizeof(event_scanner) <= 24);

} // namespace bench
