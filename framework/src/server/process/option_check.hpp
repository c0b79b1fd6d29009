#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace rill {

/// Checks options one by one. Each function throws std::invalid_argument with one line that names the option, its value
/// and the allowed values.
class option_check
{
public:
    /// @param options  the name of the structure that holds the options
    explicit option_check(const char* options) : options_(options) {}

    void in_range(const char* option, std::size_t value, std::size_t min, std::size_t max) const;
    /// positive() and not_negative() also reject a time that is too long for a timer.
    void positive(const char* option, std::chrono::milliseconds value) const;
    void not_negative(const char* option, std::chrono::milliseconds value) const;

    [[noreturn]] void reject(const std::string& option, const std::string& value, const std::string& allowed) const;

private:
    void fits_timer(const char* option, std::chrono::milliseconds value) const;

    const char* options_;
};

} // namespace rill
