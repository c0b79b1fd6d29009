#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <string_view>

// The data of the events of the bench servers.

/// The decimal digits of a number. Does not allocate memory.
class digits
{
public:
    explicit digits(long long number)
        : size_(static_cast<std::uint8_t>(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr -
                                          text_.data()))
    {}
    operator std::string_view() const { return {text_.data(), size_}; }

private:
    std::array<char, 20> text_;
    std::uint8_t size_;
};

/// Returns CLOCK_REALTIME in nanoseconds.
inline digits now_ns()
{
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    return digits(now.tv_sec * 1'000'000'000LL + now.tv_nsec);
}
