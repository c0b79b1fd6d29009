#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

namespace bench {

/// Says what is going on: one line that is rewritten on a terminal, now and then a line of its own anywhere else.
class progress
{
public:
    enum class style : std::uint8_t
    {
        live,
        lines,
        silent
    };

    /// The style that suits `out`.
    explicit progress(std::FILE* out);
    progress(std::FILE* out, style how) : out_(out), style_(how) {}
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    /// Clears a line that is still to be rewritten.
    ~progress() { clear(); }

    /// What happens now. `text` is only called for when it is time to show it; may be called as often as one likes.
    void show(const std::function<std::string()>& text);

    /// A line that stays.
    void say(const std::string& text);

    /// Removes the line that was shown last from a terminal.
    void clear();

private:
    std::FILE* out_;
    style style_;
    std::int64_t next_ = 0;
    bool has_line_ = false;
};

} // namespace bench
