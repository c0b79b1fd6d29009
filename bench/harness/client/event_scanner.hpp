#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bench {

/// Finds the events in the body of an event stream (WHATWG HTML, section 9.2.6). Parses only the numbers that the
/// checks need. It is incremental. It stores numbers but no text.
class event_scanner
{
public:
    /// Reads to the end of the next event. Removes the consumed bytes from the front of `bytes`. Returns false if the
    /// bytes end before the event ends. Ignores an event without data, as the specification requires.
    bool next(std::string_view& bytes) noexcept;

    /// Returns the data of the event that next() has found, if the data is one line of 1 to 19 decimal digits.
    std::optional<std::uint64_t> data() const noexcept { return number(data_, data_value_); }
    /// Returns the id of that event, if it consists of 1 to 19 decimal digits.
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
    std::uint8_t position_ = 0; ///< position in the name of the field, or the number of digits
    content data_ = content::absent;
    content id_ = content::absent;
    bool after_cr_ = false;
    bool is_complete_ = false;
};

static_assert(sizeof(event_scanner) <= 24);

} // namespace bench
