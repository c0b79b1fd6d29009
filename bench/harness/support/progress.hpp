#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

namespace bench {

/// Shows the progress of a run. On a terminal it rewrites one line. Otherwise it prints a new line every few seconds.
class progress
{
public:
    enum class style : std::uint8_t
    {
        live,
        lines,
        silent
    };

    /// Chooses the style that fits `out`.
    explicit progress(std::FILE* out);
    progress(std::FILE* out, style how) : out_(out), style_(how) {}
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    /// Clears the progress line on the terminal.
    ~progress() { clear(); }

    /// Shows the present step. Calls `text` only when a new line is due. Therefore frequent calls are cheap.
    void show(const std::function<std::string()>& text);

    /// Prints a line that later calls do not rewrite.
    void print(const std::string& text);

    /// Removes the last shown line from the terminal.
    void clear();

private:
    std::FILE* out_;
    style style_;
    std::int64_t next_ = 0;
    bool has_line_ = false;
};

} // namespace bench
